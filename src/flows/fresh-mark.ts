import type { FreshMark, FreshMarks } from '../apply/store/fresh-mark.ts';
import { buildGraph, reverseGraph } from '../graph/graph.ts';
import type { Digest } from '../oci/digest.ts';
import { markRoots } from '../policy/decide.ts';
import { hardPruneRuleset } from '../policy/hard-prune.ts';
import type { View } from '../policy/view.ts';
import type { Store, StoreSurveyOptions } from '../systems/store/contract.ts';
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
