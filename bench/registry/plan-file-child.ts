/** Writes or reads a plan file with many actions, through the code that the commands use: in a process of its own. */
import { readPlanFile, writePlanFile } from '../../src/cli/session/plan-file.ts';
import type { Action } from '../../src/plan/action.ts';
import type { PlanHeader } from '../../src/plan/plan.ts';
import { peakBytes, stopwatch, type Usage } from '../measure/usage.ts';

export interface PlanFileOrder {
  readonly path: string;
  readonly actions: number;
  readonly verb: 'write' | 'read';
}

export interface PlanFileReport {
  readonly actions: number;
  readonly usage: Usage;
  readonly peakBytes: number;
}

process.stdout.write(JSON.stringify(await report(JSON.parse(process.argv[2] ?? '{}'))));

async function report({ path, actions, verb }: PlanFileOrder): Promise<PlanFileReport> {
  const watch = stopwatch();
  const count = verb === 'write' ? await write(path, actions) : await read(path);
  return { actions: count, usage: watch.lap(), peakBytes: peakBytes() };
}

async function write(path: string, count: number): Promise<number> {
  await writePlanFile(path, { header: headerFor(count), actions: manyActions(count) });
  return count;
}

/** Checked from end to end first, and then handed out, as `winnow apply` does. */
async function read(path: string): Promise<number> {
  let count = 0;
  for await (const _ of (await readPlanFile(path)).actions) count += 1;
  return count;
}

/** Made one by one, so that what takes memory is the codec. */
function* manyActions(count: number): Generator<Action> {
  for (let n = 1; n <= count; n += 1) {
    const isTag = n % 2 === 1;
    const digest = `sha256:${Math.ceil(n / 2)
      .toString(16)
      .padStart(64, '0')}` as const;
    const scope = `registry.example:5000/opschain/project-${Math.ceil(n / 2000)}/step`;
    yield {
      n,
      do: isTag ? 'delete-tag' : 'delete-manifest',
      target: isTag ? { kind: 'tag', scope, key: `step-${n}` } : { kind: 'manifest', scope, key: digest },
      ...(isTag ? { by: 'digest', unit: n + 1 } : { unit: n }),
      after: isTag ? [] : [n - 1],
      expects: isTag ? { digest } : { untagged: true },
      reason: 'inactive-record',
      because: `record chg-${n} (status success)`,
      freesBytes: 1000,
    };
  }
}

function headerFor(actionCount: number): PlanHeader {
  return {
    winnow: 'plan/v1',
    id: 'reconcile-bench',
    flow: 'reconcile',
    scope: { registry: { host: 'registry.example:5000', url: 'https://registry.example:5000' } },
    madeAtMs: 0,
    expiresAtMs: 1,
    records: [],
    evidence: [],
    gaps: [],
    policy: {},
    limits: {},
    broken: [],
    repositories: [],
    keptByReason: {},
    actionCount,
    freesBytes: actionCount * 1000,
  };
}
