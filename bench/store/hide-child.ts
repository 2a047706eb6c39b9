/** Hides all blobs of a store, in a process of its own: the doing of `winnow hard-prune` alone, with its journal on disk. */
import { readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { applyStorePlan } from '../../src/flows/apply-store-plan.ts';
import type { Digest } from '../../src/oci/digest.ts';
import type { Action } from '../../src/plan/action.ts';
import { encodePlan } from '../../src/plan/codec.ts';
import type { PlanHeader } from '../../src/plan/plan.ts';
import { openDescriptorCache } from '../../src/systems/descriptor-cache/index.ts';
import { journals } from '../../src/systems/journal/index.ts';
import { memoryLeases } from '../../src/systems/lease/memory/memory-leases.ts';
import type { Store } from '../../src/systems/store/contract.ts';
import { openStore } from '../../src/systems/store/index.ts';
import { peakBytes, stopwatch, type Usage } from '../measure/usage.ts';
import { Doing, type DoingTold } from './doing.ts';

export interface HideOrder {
  /** The registry's root directory. */
  readonly dir: string;
  readonly stateDir: string;
  readonly runId: string;
  readonly digests: readonly Digest[];
  readonly sizeBytes: number;
}

export interface HideReport extends DoingTold {
  readonly done: number;
  /** The whole run, with the looks before and after. */
  readonly all: Usage;
  readonly peakBytes: number;
}

const never = new AbortController().signal;

const { path } = JSON.parse(process.argv[2] ?? '{}') as { readonly path: string };
process.stdout.write(JSON.stringify(await hideAll(JSON.parse(readFileSync(path, 'utf8')) as HideOrder)));

async function hideAll({ dir, stateDir, runId, digests, sizeBytes }: HideOrder): Promise<HideReport> {
  const store = await openStore({ kind: 'distribution-fs', dir }, {}, never);
  await unlinkLongAgo(store, runId, digests);
  const notNewerThanMs = await store.clockMs(never);
  const actions = digests.map(
    (key, n): Action => ({
      ...{ n: n + 1, do: 'hide-blob', target: { kind: 'blob', scope: store.name, key }, after: [] },
      ...{
        expects: { sizeBytes, notNewerThanMs },
        reason: 'grace-over',
        because: 'a benchmark',
        freesBytes: sizeBytes,
      },
    }),
  );
  const header = headerOf(store, runId, actions.length);
  const doing = new Doing();
  const whole = stopwatch();
  const { tally } = await applyStorePlan({
    ...{ header, runId, planLines: encodePlan({ header, actions }), actions: () => streamOf(actions) },
    ...{ by: 'a benchmark', journal: doing.journal(journals.file(stateDir)), leases: memoryLeases() },
    ...{ store: doing.store(store), replicas: [], cache: await openDescriptorCache('none'), mode: 'online' },
    timing: { graceMs: 0, settleMs: 0, holdMs: 0, marginMs: 0 },
    mark: { beganAtMs: notNewerThanMs, isMarked: () => false },
    freshMarks: () => Promise.reject(new Error('the mark is fresh, and another one was asked for')),
    ...{ concurrency: 8, wait: async () => undefined, nowMs: Date.now, signal: never, onProgress: () => undefined },
  });
  const all = whole.lap();
  await store.close();
  return { done: tally.done, all, ...doing.told(), peakBytes: peakBytes() };
}

async function unlinkLongAgo(store: Store, runId: string, digests: readonly Digest[]): Promise<void> {
  const lock = await store.lock('a benchmark', never);
  await store.noteUnlinked(runId, digests, await store.clockMs(never));
  await lock.release();
  await setTimeout(20); // the mark has to be younger
}

function headerOf({ name }: Store, id: string, actionCount: number): PlanHeader {
  return {
    ...{ winnow: 'plan/v1', id, flow: 'hard-prune', scope: { store: { name } }, madeAtMs: Date.now() },
    ...{ expiresAtMs: Number.MAX_SAFE_INTEGER, records: [], evidence: [], gaps: [], policy: {}, limits: {} },
    ...{ broken: [], repositories: [], keptByReason: {}, actionCount, freesBytes: 0 },
  };
}

async function* streamOf(actions: readonly Action[]): AsyncGenerator<Action> {
  yield* actions;
}
