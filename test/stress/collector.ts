import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as after } from 'node:timers/promises';
import { build } from 'esbuild';
import { spawnTied } from '../support/child.ts';
import { makeTempFolder } from '../support/temp-folder.ts';
import type { CollectLine, CollectOrder } from './collect-order.ts';

export interface CollectorTally {
  runs: number;
  unlinked: number;
  hidden: number;
  /** For good. */
  purged: number;
  restored: number;
  healed: number;
  kills: number;
  readonly undone: Map<string, number>;
  /** Runs that failed, by `CODE message`. */
  readonly failures: Map<string, number>;
}

export function noCollectorTally(): CollectorTally {
  const counts = { runs: 0, unlinked: 0, hidden: 0, purged: 0, restored: 0, healed: 0, kills: 0 };
  return { ...counts, undone: new Map(), failures: new Map() };
}

/** Winnow in a process of its own until the signal; then its run ends as it ends when it is asked to stop. */
export async function collectOnAndOn(order: CollectOrder, tally: CollectorTally, signal: AbortSignal): Promise<void> {
  const collector = await start(order, tally);
  const onStop = () => collector.child.kill('SIGTERM');
  signal.addEventListener('abort', onStop, { once: true });
  if (signal.aborted) onStop();
  await collector.ended;
  if (!signal.aborted) throw new Error(`collecting: the process ended by itself: ${collector.log()}`);
}

/** Every so many lives there is time for a whole run, however slow the machine: else nothing would ever be put right. */
const LIVES = 3;

/** The same, but killed at any moment and started again, all the time. */
export async function collectAndDie(order: CollectOrder, tally: CollectorTally, signal: AbortSignal): Promise<void> {
  for (let life = 1; !signal.aborted; life += 1) {
    const collector = await start(order, tally);
    await collector.begun;
    if (life % LIVES === 0) await collector.ran;
    await after(200 + Math.random() * 3000, undefined, { signal }).catch((reason: unknown) => {
      if (!signal.aborted) throw reason;
    });
    if (collector.child.exitCode !== null) throw new Error(`collecting: the process ended: ${collector.log()}`);
    collector.child.kill('SIGKILL');
    await collector.ended;
    tally.kills += 1;
  }
}

/** So many whole runs. */
export async function collectSome(order: CollectOrder, runs: number, tally: CollectorTally): Promise<void> {
  const collector = await start({ ...order, runs }, tally);
  const code = await collector.ended;
  if (code !== 0) throw new Error(`collecting: the process ended with ${code}: ${collector.log()}`);
}

interface Collector {
  readonly child: ChildProcess;
  readonly begun: Promise<void>;
  /** Its first run is over. */
  readonly ran: Promise<void>;
  readonly ended: Promise<number | null>;
  log(): string;
}

async function start(order: CollectOrder, tally: CollectorTally): Promise<Collector> {
  const child = spawnTied(process.execPath, [await program(), JSON.stringify(order)], {
    env: { PATH: process.env['PATH'], TZ: 'UTC' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    log += text;
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (child.stdout === null) throw new Error('the process has no output');
  const lines = createInterface(child.stdout);
  lines.on('line', (text) => note(tally, JSON.parse(text) as CollectLine));
  const first = (fits: (line: CollectLine) => boolean) =>
    new Promise<void>((resolve) => {
      lines.on('line', (text) => {
        if (fits(JSON.parse(text) as CollectLine)) resolve();
      });
      void ended.then(() => resolve());
    });
  return { child, begun: first(() => true), ran: first(({ said }) => said !== 'begun'), ended, log: () => log };
}

function note(tally: CollectorTally, line: CollectLine): void {
  const add = (counts: Map<string, number>, key: string, count: number) =>
    counts.set(key, (counts.get(key) ?? 0) + count);
  if (line.said === 'failed') add(tally.failures, `${line.code} ${line.message}`, 1);
  if (line.said !== 'run') return;
  tally.runs += 1;
  for (const key of ['unlinked', 'hidden', 'purged', 'restored', 'healed'] as const) tally[key] += line[key];
  for (const [cause, count] of Object.entries(line.undone)) add(tally.undone, cause, count);
}

let built: Promise<string> | undefined;

/** Built once, with the program of its reading threads beside it, where packages are found. */
function program(): Promise<string> {
  built ??= buildProgram();
  return built;
}

async function buildProgram(): Promise<string> {
  const root = process.cwd();
  const folder = makeTempFolder('stress', join(root, 'node_modules', '.cache'));
  await build({
    entryPoints: [
      { in: join(root, 'test/stress/collect.ts'), out: 'collect' },
      { in: join(root, 'src/systems/store/distribution-fs/walker.ts'), out: 'distribution-fs-walker' },
    ],
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    packages: 'external',
    format: 'esm',
    platform: 'node',
    target: 'node20',
    sourcemap: 'inline',
    logLevel: 'warning',
  });
  return join(folder, 'collect.mjs');
}
