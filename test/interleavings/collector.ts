import { applyStorePlan } from '../../src/flows/apply-store-plan.ts';
import { freshMarks, markOf } from '../../src/flows/fresh-mark.ts';
import { planStore } from '../../src/flows/plan-store.ts';
import { encodePlan } from '../../src/plan/codec.ts';
import type { DescriptorCache } from '../../src/systems/descriptor-cache/contract.ts';
import type { Journal, RunJournal } from '../../src/systems/journal/contract.ts';
import { memoryLeases } from '../../src/systems/lease/memory/memory-leases.ts';
import { createMemoryStore } from '../support/memory-store.ts';
import type { StoreWorld } from '../support/memory-store-world.ts';
import { storePlanInput } from '../support/store-plan.ts';
import type { Server } from './server.ts';
import type { Turns } from './turns.ts';

/** Every step as soon as it can be, and none before a request that is under way can be over. */
export const timing = { graceMs: 300, settleMs: 600, holdMs: 300, marginMs: 2 } as const;

export interface Collecting {
  readonly world: StoreWorld;
  readonly servers: readonly Server[];
  readonly cache: DescriptorCache;
  readonly journal: Journal;
  readonly turns: Turns;
  readonly deleteUntagged: boolean;
}

export interface Collected {
  readonly actions: number;
  readonly died: boolean;
}

/**
 * `winnow hard-prune --confirm`, once.
 *
 * @param dieAfter - steps; then it is dead: what it has begun nobody ends, and a request that it has sent is carried out by the server
 */
export async function collect(to: Collecting, runId: string, dieAfter = Number.POSITIVE_INFINITY): Promise<Collected> {
  const { world, turns, servers } = to;
  let steps = 0;
  let onDeath = (): void => undefined;
  const death = new Promise<'dead'>((resolve) => {
    onDeath = () => resolve('dead');
  });
  const live = async (): Promise<void> => {
    steps += 1;
    if (steps > dieAfter) {
      onDeath();
      await new Promise(() => undefined);
    }
    await turns.step();
  };
  const living = <T extends object>(object: T): T => withSteps(object, live);
  const store = living(createMemoryStore({ world, pace: live }));
  const signal = new AbortController().signal;
  const nowMs = () => turns.nowMs;
  const work = async (): Promise<number> => {
    const beganAtMs = await store.clockMs(signal);
    const policy = {
      deleteUntagged: to.deleteUntagged,
      minBlobAgeMs: 150,
      graceMs: timing.graceMs,
      holdMs: timing.holdMs,
    };
    const keepManifestData = to.cache.kind === 'in-memory';
    const planned = await planStore(storePlanInput(store, policy, { id: runId, keepManifestData, nowMs }), signal);
    const { header, actions } = planned.plan;
    await applyStorePlan({
      header,
      actions: async function* () {
        yield* actions;
      },
      planLines: encodePlan(planned.plan),
      mark: markOf(planned, store.name, beganAtMs),
      ...{ runId, by: 'test', journal: livingJournal(to.journal, living), leases: memoryLeases(), store },
      replicas: servers.map(({ asRegistry }) => living(asRegistry)),
      ...{ cache: living(to.cache), mode: 'online', timing, concurrency: 3, nowMs, signal },
      freshMarks: freshMarks(store, {}, nowMs),
      wait: (ms) => turns.sleep(ms),
      onProgress: () => undefined,
    });
    return header.actionCount;
  };
  const outcome = await Promise.race([death, work()]);
  return outcome === 'dead' ? { actions: 0, died: true } : { actions: outcome, died: false };
}

/** Before and after each call somebody else may come, and it may die. */
function withSteps<T extends object>(object: T, live: () => Promise<void>): T {
  const wrapped = { ...object };
  for (const [key, value] of Object.entries(object)) {
    if (typeof value !== 'function' || unwrapped.has(key)) continue;
    const call = async (...args: unknown[]) => {
      await live();
      const answer = await value.apply(object, args);
      await live();
      return answer;
    };
    Object.defineProperty(wrapped, key, { value: call, enumerable: true });
  }
  return wrapped;
}

/** They give no promise, or look again and again and pause by themselves. */
const unwrapped: ReadonlySet<string> = new Set([
  ...['source', 'leftovers', 'examine', 'pending', 'revisionsSince', 'repositories', 'tags', 'readBackwards', 'read'],
  ...['hook', 'head', 'close', 'lock'],
]);

function livingJournal(journal: Journal, living: <T extends object>(object: T) => T): Journal {
  return {
    ...journal,
    begin: async (runId, plan) => living<RunJournal>(await journal.begin(runId, plan)),
  };
}
