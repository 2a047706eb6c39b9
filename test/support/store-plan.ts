import { type PlannedStore, planStore } from '../../src/flows/plan-store.ts';
import type { PlanStoreInput } from '../../src/flows/plan-store-input.ts';
import type { HardPrunePolicy } from '../../src/policy/hard-prune.ts';
import type { MemoryStore } from './memory-store.ts';

const HOUR_MS = 3_600_000;

/** What a plan for a storage in memory is made with, where a test says nothing else. */
export function storePlanInput(
  store: MemoryStore,
  policy: Partial<HardPrunePolicy> = {},
  other: Partial<PlanStoreInput> = {},
): PlanStoreInput {
  return {
    id: 'plan-1',
    scope: { store: { name: store.name } },
    store,
    survey: {},
    holders: [],
    holdersShown: [],
    policy: {
      ...{ deleteUntagged: false, minBlobAgeMs: 24 * HOUR_MS, graceMs: 24 * HOUR_MS, holdMs: 168 * HOUR_MS },
      ...{ uploadAgeMs: 168 * HOUR_MS, leftoverAgeMs: 24 * HOUR_MS },
      ...policy,
    },
    isReadOnly: false,
    withRepositories: true,
    keepManifestData: false,
    maxDeleteRatio: 1,
    drops: async () => [],
    expiresAfterMs: 24 * HOUR_MS,
    nowMs: store.world.clock.now,
    aheadMs: 0,
    ...other,
  };
}

/** A plan for a storage in memory. */
export async function planMemoryStore(...input: Parameters<typeof storePlanInput>): Promise<PlannedStore> {
  return await planStore(storePlanInput(...input), AbortSignal.timeout(10_000));
}

/** `unlink-blob no-manifest`, by target: what the plan does, without what it says of it. */
export function stepsOf({ plan }: PlannedStore): Readonly<Record<string, string>> {
  const steps: Record<string, string> = {};
  for (const { do: kind, target, reason } of plan.actions) {
    const before = steps[target.key];
    steps[target.key] = `${before === undefined ? '' : `${before}, `}${kind} (${reason})`;
  }
  return steps;
}
