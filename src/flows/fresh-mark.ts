import { hardPruneErrors } from '../apply/store/errors.ts';
import type { FreshMark, FreshMarks } from '../apply/store/fresh-mark.ts';
import { buildGraph, reverseGraph } from '../graph/graph.ts';
import type { Digest } from '../oci/digest.ts';
import { markRoots } from '../policy/decide.ts';
import { hardPruneRuleset } from '../policy/hard-prune.ts';
import type { View } from '../policy/view.ts';
import type { Store, StoreSurveyOptions } from '../systems/store/contract.ts';
import { CodedError } from '../util/pure/coded-error.ts';
import type { PlannedStore } from './plan-store.ts';
import { survey } from './survey.ts';

/**
 * Looks at a store from end to end each time it is called. Every manifest that a repository has keeps what it names: what was to go is
 * gone by then.
 */
export function freshMarks(store: Store, options: StoreSurveyOptions, nowMs: () => number): FreshMarks {
  return async (signal) => {
    const beganAtMs = await store.clockMs(signal);
    const { evidence } = await survey([store.source(options)], nowMs, signal);
    const graph = buildGraph(evidence.resources.size, evidence.edges);
    const view: View = {
      ...{ evidence, graph, nowMs: beganAtMs, firstSeenMs: () => undefined },
      get keepers() {
        return reverseGraph(graph);
      },
    };
    const { marks } = markRoots(view, hardPruneRuleset({ deleteUntagged: false, minBlobAgeMs: 0 }));
    return { beganAtMs, isMarked: marked(evidence, marks.has, store.name) };
  };
}

/** Where the mark is that of others as well: what would need another is not done. @throws HARD_PRUNE_MARK_OLD */
export const noFreshMarks: FreshMarks = async () => {
  const { hint } = hardPruneErrors.HARD_PRUNE_MARK_OLD;
  throw new CodedError('HARD_PRUNE_MARK_OLD', 'taking a step: it needs a mark that began after the one before', {
    hint,
  });
};

/** The mark that a plan was made from. @param beganAtMs - when its look at the store began, by the store's clock */
export function markOf({ evidence, decisions }: PlannedStore, storeName: string, beganAtMs: number): FreshMark {
  return { beganAtMs, isMarked: marked(evidence, decisions.marks.has, storeName) };
}

function marked(
  { resources }: PlannedStore['evidence'],
  has: (id: number) => boolean,
  storeName: string,
): (digest: Digest) => boolean {
  return (digest) => {
    const id = resources.find('blob', storeName, digest);
    return id !== undefined && has(id);
  };
}
