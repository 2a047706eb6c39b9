import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeTempFolder } from './temp-folder.ts';

/** What a scripted run does. */
export interface ScriptedPlan {
  /** Tags that go. Default 3. */
  readonly actions?: number;
  /** Tags that there are; default 100. */
  readonly found?: number;
  readonly broken?: readonly string[];
  readonly gaps?: number;
  readonly exit?: number;
  readonly expiresInMs?: number;
  readonly takesMs?: number;
  readonly error?: { readonly code: string; readonly message: string; readonly hint?: string };
}

export interface ScriptedApply {
  readonly exit?: number;
  /** Of each action. */
  readonly takesMs?: number;
  /** Kills itself before it begins this action, counted from 1, so many times in all. */
  readonly diesAt?: number;
  readonly deaths?: number;
  readonly error?: { readonly code: string; readonly message: string; readonly hint?: string };
  /** The error is answered so many times, and then no more. */
  readonly errors?: number;
}

export interface Script {
  readonly plan?: ScriptedPlan;
  readonly apply?: ScriptedApply;
}

/** One process of the program. */
export interface Call {
  readonly args: readonly string[];
  readonly pid: number;
  readonly fromMs: number;
  /** Absent: it was killed, or goes on. */
  readonly toMs?: number;
}

/**
 * A program with the command line of Winnow that does what a script says: its world is a folder with a file for each tag. Journals, plans
 * and reports are as the real one writes them.
 */
export interface ScriptedWinnow {
  readonly command: { readonly file: string; readonly args: readonly string[] };
  readonly env: Readonly<Record<string, string>>;
  write(script: Script): void;
  calls(): readonly Call[];
  /** Each deletion, in order: `v1`. A tag that was deleted twice stands there twice. */
  deletions(): readonly string[];
}

export function scriptedWinnow(script: Script = {}): ScriptedWinnow {
  const folder = makeTempFolder('scripted');
  const program = join(folder, 'winnow.mjs');
  const place = (name: string) => join(folder, name);
  writeFileSync(program, PROGRAM);
  for (const name of ['calls', 'deletions']) writeFileSync(place(name), '');
  const write = (next: Script) => writeFileSync(place('script.json'), JSON.stringify(next));
  write(script);
  const lines = (name: string) => readFileSync(place(name), 'utf8').split('\n').slice(0, -1);
  return {
    command: { file: process.execPath, args: [program] },
    env: { PATH: process.env['PATH'] ?? '', SCRIPTED: folder },
    write,
    calls: () => {
      const calls = new Map<number, Call>();
      for (const line of lines('calls')) {
        const call = JSON.parse(line) as Call;
        calls.set(call.pid, { ...calls.get(call.pid), ...call });
      }
      return [...calls.values()];
    },
    deletions: () => lines('deletions'),
  };
}

const PROGRAM = `
import { createHash, randomBytes } from 'node:crypto';
import { appendFileSync, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const folder = process.env.SCRIPTED;
const args = process.argv.slice(2);
const option = (name) => args[args.indexOf(name) + 1];
const script = JSON.parse(readFileSync(join(folder, 'script.json'), 'utf8'));
const note = (more) => appendFileSync(join(folder, 'calls'), JSON.stringify({ pid: process.pid, ...more }) + '\\n');
note({ args, fromMs: Date.now() });
let stopped = false;
process.on('SIGTERM', () => { stopped = true; });
if (process.env.WINNOW_STOP_WITH_STDIN === 'true') { process.stdin.resume(); process.stdin.on('close', () => { stopped = true; }); process.stdin.unref?.(); }
const say = (value) => process.stderr.write((typeof value === 'string' ? value : JSON.stringify(value)) + '\\n');
const end = (code, document) => {
  note({ toMs: Date.now() });
  if (document === undefined) process.exit(code);
  process.stdout.write(JSON.stringify(document) + '\\n', () => process.exit(code));
};
const newId = () => new Date().toISOString().replace(/[-:.]/g, '').toLowerCase() + '-prune-' + randomBytes(3).toString('hex');
const stateDir = option('--state-dir');

async function plan() {
  const { actions = 3, found = 100, broken = [], gaps = 0, exit = 0, expiresInMs = 60_000, takesMs = 0, error } = script.plan ?? {};
  for (let waited = 0; waited < takesMs && !stopped; waited += 20) await sleep(20);
  if (stopped) return end(1, { error: { code: 'STOPPED', message: 'stopped', hint: 'again' } });
  say({ progress: { title: 'reading registry.example:5000', done: 10, words: '1 repositories, 10 tags' } });
  say('warning: something is odd');
  if (error !== undefined) return end(exit, { error });
  const id = newId();
  const header = {
    winnow: 'plan/v1', id, flow: 'prune', scope: { registry: { host: 'registry.example:5000', url: 'http://registry.example:5000' } },
    madeAtMs: Date.now(), expiresAtMs: Date.now() + expiresInMs, records: [], evidence: [], policy: {}, limits: {}, broken,
    gaps: Array.from({ length: gaps }, () => ({ scope: 'registry.example:5000', hides: 'references', source: 's', cause: 'c' })),
    repositories: [{ repository: 'team/app', class: 'c', found, live: 1, removed: actions, keptByReason: {}, freesBytes: 0 }],
    keptByReason: {}, actionCount: actions, freesBytes: actions * 10,
  };
  const isFleet = args.includes('--all-nodes');
  const lines = [isFleet ? { ...header, ...fleetOf(header, actions) } : header];
  for (let n = 1; n <= actions; n += 1) lines.push({
    n, after: [], expects: {}, because: 'nobody uses it', freesBytes: 10,
    ...(isFleet
      ? { do: 'remove-image', target: { kind: 'node-image', scope: 'cri:///r', key: 'i' + n }, reason: 'unused', names: ['app:' + n], node: n === 1 ? 'a' : 'b' }
      : { do: 'delete-tag', target: { kind: 'tag', scope: 'registry.example:5000/team/app', key: 'v' + n }, reason: 'inactive-record' }),
  });
  const text = lines.map((line) => JSON.stringify(line) + '\\n').join('');
  const sha256 = createHash('sha256').update(text).digest('hex');
  writeFileSync(option('--plan-out'), text + JSON.stringify({ end: { actions, sha256 } }) + '\\n');
  end(exit, { kind: 'Plan' });
}

/** Of the nodes a and b: one action is the first one's, and all others are the second one's. */
function fleetOf(header, actions) {
  const jobs = {
    image: 'winnow', namespace: 'n', serviceAccount: 's', imagePullSecrets: [], stateDir: '/s', runtime: 'cri:///r', timeoutMs: 1, resources: {},
    asksRegistries: false, insecure: false, asksCluster: false, deadlineMs: 1000, ttlAfterFinishedMs: 1000, parallelism: 1, maxFailures: { nodes: 0 },
  };
  const node = (name, actionCount) => ({
    node: name, uid: name, sha256: '0',
    header: {
      ...header, scope: { node: { name, runtime: 'cri:///r' } }, actionCount,
      node: { images: { found: 10, removed: actionCount }, disks: [{ path: '/d', capacityBytes: 1000, availableBytes: 200, usedPercent: 80 }] },
    },
  });
  const fleet = { nodes: [node('a', 1), node('b', actions - 1)], without: [] };
  return { flow: 'node-fleet', scope: { cluster: 'prod', fleet: { name: 'Jobs in n', jobs } }, repositories: [], fleet };
}

async function apply() {
  const { exit, takesMs = 0, diesAt, deaths = 1, error, errors = Infinity } = script.apply ?? {};
  const before = readFileSync(join(folder, 'calls'), 'utf8').split('\\n').filter((line) => line.includes('"apply"')).length;
  if (error !== undefined && before <= errors) return end(exit ?? 4, { error });
  const text = readFileSync(args[1], 'utf8');
  const [header, ...rest] = text.split('\\n').slice(0, -1).map((line) => JSON.parse(line));
  const runs = join(stateDir, 'runs');
  mkdirSync(runs, { recursive: true });
  const runId = readdirSync(runs).every((one) => one < header.id) ? header.id : newId();
  mkdirSync(join(runs, runId));
  writeFileSync(join(runs, runId, 'plan.jsonl'), text);
  const journal = (kind, data) => appendFileSync(join(runs, runId, 'journal.ndjson'), JSON.stringify({ atMs: Date.now(), kind, data }) + '\\n');
  journal('begin', { header, by: 'test' });
  const tally = { done: 0, alreadyGone: 0, skipped: 0, failed: 0, freedBytes: 0 };
  for (const action of rest.slice(0, -1)) {
    if (stopped) break;
    if (diesAt === action.n && before <= deaths) process.kill(process.pid, 'SIGKILL');
    journal('intend', { action, saved: null });
    await sleep(takesMs);
    const gone = readFileSync(join(folder, 'deletions'), 'utf8').split('\\n').includes(header.id + ' ' + action.target.key);
    if (!gone) appendFileSync(join(folder, 'deletions'), header.id + ' ' + action.target.key + '\\n');
    const result = gone ? 'already-gone' : 'done';
    tally[gone ? 'alreadyGone' : 'done'] += 1;
    journal('outcome', { n: action.n, outcome: { result } });
    say({ progress: { title: 'removing', done: action.n, total: header.actionCount, words: 'so many done' } });
  }
  const isCut = tally.done + tally.alreadyGone < header.actionCount;
  journal('end', { tally, stopped: isCut });
  const disks = [{ path: '/d', capacityBytes: 1000, usedPercentBefore: 80, usedPercentAfter: 50 }];
  const nodes = [{ node: 'a', outcome: 'success', work: { disks } }];
  const endedAt = new Date().toISOString();
  if (header.scope.fleet !== undefined)
    return end(isCut ? 3 : (exit ?? 0), { kind: 'FleetReport', run: runId, endedAt, ...(isCut ? { stopped: 'a signal' } : {}), nodes });
  end(isCut ? 3 : (exit ?? 0), { kind: 'RunReport', runId, planId: header.id, stopped: isCut, counts: tally });
}

if (args[0] === 'apply') await apply();
else if (args[0] === 'undo') {
  const lines = existsSync(join(stateDir, 'runs', args[1])) ? readFileSync(join(stateDir, 'runs', args[1], 'journal.ndjson'), 'utf8') : '';
  const restored = lines.split('\\n').filter((line) => line.includes('"result":"done"')).length;
  end(0, { kind: 'UndoReport', runId: args[1], stopped: false, counts: { restored, alreadyThere: 0, conflict: 0, impossible: 0, failed: 0, notTried: 0 } });
} else await plan();
`;
