import type { Evidence } from '../evidence/evidence.ts';
import { buildGraph, type Graph, reverseGraph } from '../graph/graph.ts';
import type { Plan } from '../plan/plan.ts';
import { type StoreActions, storeActions } from '../plan/store-actions.ts';
import { BlobTable } from '../policy/blob-table.ts';
import { conclude, type Decisions, markRoots } from '../policy/decide.ts';
import { hardPruneRuleset } from '../policy/hard-prune.ts';
import type { View } from '../policy/view.ts';
import { lookAtStore } from './look-at-store.ts';
import { lookCloser } from './look-closer.ts';
import type { PlanStoreInput } from './plan-store-input.ts';
import { storeHeader } from './store-header.ts';

/** A plan for a storage, and what it was made from. */
export interface PlannedStore {
  readonly plan: Plan;
  readonly evidence: Evidence;
  readonly graph: Graph;
  readonly decisions: Decisions;
  readonly actions: StoreActions;
}

/** evidence → graph → mark → a closer look at what is left → policy → plan, for a registry's storage. */
export async function planStore(input: PlanStoreInput, signal: AbortSignal): Promise<PlannedStore> {
  const { policy, isReadOnly, nowMs } = input;
  // Each step needs a mark that began after the one before it, and a mark that is shared is not made again.
  const followsAtOnce = isReadOnly && input.sharedMark === undefined;
  const ruleset = hardPruneRuleset(policy);
  const sight = await lookAtStore(input, signal);
  const { evidence, pending, inPlace } = sight;
  const graph = buildGraph(evidence.resources.size, evidence.edges);
  let turned: Graph | undefined;
  const keepers = () => (turned ??= reverseGraph(graph));
  const atMs = nowMs() + input.aheadMs;
  const view: View = {
    ...{ evidence, graph, nowMs: atMs, firstSeenMs: () => undefined },
    get keepers() {
      return keepers();
    },
  };

  const marking = markRoots(view, ruleset);
  const looks = new BlobTable(graph.size);
  const late = await lookCloser({ ...input, sight, marks: marking.marks, looks, atMs }, signal);
  const decisions = conclude(view, ruleset, marking, late.rulings);

  const actions = storeActions({
    ...{ evidence, graph, keepers, decisions, looks, pending },
    isInPlace: (id) => inPlace.has(id) && (pending.get(id)?.state !== 'hidden' || looks.get(id) !== undefined),
    toRestore: late.restore,
    linksKnown: late.linksKnown,
    withoutWaiting: {
      hide: followsAtOnce && policy.graceMs === 0,
      purge: followsAtOnce && policy.holdMs === 0,
    },
    nowMs: atMs,
    policy,
  });
  const header = await storeHeader({ ...input, sight, decisions, roots: marking.roots, looks, actions, atMs }, signal);
  return { plan: { header, actions: actions.actions }, evidence, graph, decisions, actions };
}
