import type { Evidence } from '../evidence/evidence.ts';
import type { ResourceId } from '../evidence/resource.ts';
import type { Source } from '../evidence/sink.ts';
import { buildGraph, type Graph, reverseGraph } from '../graph/graph.ts';
import type { Plan } from '../plan/plan.ts';
import { type StoreActions, storeActions } from '../plan/store-actions.ts';
import { BlobTable } from '../policy/blob-table.ts';
import { conclude, type Decisions, markRoots } from '../policy/decide.ts';
import { hardPruneRuleset } from '../policy/hard-prune.ts';
import { PendingTable } from '../policy/pending-table.ts';
import type { View } from '../policy/view.ts';
import type { PendingBlob } from '../systems/store/contract.ts';
import { spreadHolds } from './held-digests.ts';
import { lookCloser } from './look-closer.ts';
import type { IdSet, PlanStoreInput, StoreSight } from './plan-store-input.ts';
import { storeHeader } from './store-header.ts';
import { survey } from './survey.ts';

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
    withoutWaiting: { hide: isReadOnly && policy.graceMs === 0, purge: isReadOnly && policy.holdMs === 0 },
    nowMs: atMs,
    policy,
  });
  const header = await storeHeader({ ...input, sight, decisions, roots: marking.roots, looks, actions, atMs });
  return { plan: { header, actions: actions.actions }, evidence, graph, decisions, actions };
}

/** Lets the store and all holders say what they see, then what lies about, then what is on its way out. */
async function lookAtStore(input: PlanStoreInput, signal: AbortSignal): Promise<StoreSight> {
  const { store, nowMs, policy } = input;
  const leftovers: ResourceId[] = [];
  const historySinceMs = nowMs() - policy.minBlobAgeMs;
  const onTheirWay: PendingBlob[] = [];
  for await (const one of store.pending(signal)) onTheirWay.push(one);
  const doubted = onTheirWay.filter(({ state }) => state === 'hidden').map(({ digest }) => digest);
  const source = store.source({ historySinceMs, ...input.survey, pushTimes: policy.deleteUntagged });
  const lyingAbout = store.leftovers({ thorough: input.thorough ?? true, doubted });
  const all = [source, noting(lyingAbout, leftovers), ...(policy.deleteUntagged ? input.holders : [])];
  const { evidence, sink } = await survey(all, nowMs, signal);
  spreadHolds(evidence, sink, store.name);
  const inPlace = blobsThatExist(evidence);
  const pending = new PendingTable();
  for (const { digest, ...one } of onTheirWay) {
    const id = sink.resource('blob', store.name, digest);
    pending.add(id, one);
    if (one.state === 'hidden' && !inPlace.has(id)) sink.exists(id, { sizeBytes: one.sizeBytes });
  }
  return { evidence, sink, pending, leftovers, inPlace };
}

/** A source, and the numbers of what it states. */
function noting(source: Source, ids: ResourceId[]): Source {
  return {
    name: `${source.name}, what lies about`,
    survey: (sink, signal) =>
      source.survey(
        {
          ...sink,
          exists: (id, about) => {
            ids.push(id);
            sink.exists(id, about);
          },
        },
        signal,
      ),
  };
}

function blobsThatExist({ resources, exists }: Evidence): IdSet {
  const here = new Uint8Array(resources.size);
  for (let id = 0; id < here.length; id += 1) if (resources.kind(id) === 'blob' && exists(id)) here[id] = 1;
  return { has: (id) => here[id] === 1 };
}
