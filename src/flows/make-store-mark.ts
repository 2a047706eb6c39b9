import type { ResourceId } from '../evidence/resource.ts';
import { SHARDS } from '../evidence/sharded-digests.ts';
import { buildGraph, reverseGraph } from '../graph/graph.ts';
import type { Marks } from '../graph/mark.ts';
import type { Digest } from '../oci/digest.ts';
import type { RepositoryCounts } from '../plan/repository-counts.ts';
import { markRoots } from '../policy/decide.ts';
import { hardPruneRuleset } from '../policy/hard-prune.ts';
import type { View } from '../policy/view.ts';
import { lookAtStore, type StoreLook } from './look-at-store.ts';
import type { PlanStoreInput, StoreSight } from './plan-store-input.ts';
import type { MarkedBlobs, MarkedLeftover, StoreMark, StoreMarkHeader } from './store-mark.ts';

export type MakeMarkInput = Omit<StoreLook, 'holders'> &
  Pick<PlanStoreInput, 'drops' | 'expiresAfterMs' | 'onExamined'> &
  Pick<StoreMarkHeader, 'aheadMs'>;

/**
 * Looks at a storage from end to end, and tells which blobs something needs: for those who sweep it in parts. It rules on nothing.
 *
 * @throws STORE_WALK_FAILED
 */
export async function makeStoreMark(input: MakeMarkInput, signal: AbortSignal): Promise<StoreMark> {
  const { store, nowMs } = input;
  const madeAtMs = nowMs();
  const sight = await lookAtStore({ ...input, holders: [] }, signal);
  const { evidence } = sight;
  const graph = buildGraph(evidence.resources.size, evidence.edges);
  const view: View = {
    ...{ evidence, graph, nowMs: madeAtMs, firstSeenMs: () => undefined },
    get keepers() {
      return reverseGraph(graph);
    },
  };
  const { marks } = markRoots(view, hardPruneRuleset({ deleteUntagged: false, minBlobAgeMs: 0 }));
  const blobs = sortOut(sight, marks, store.name);
  await addLinks(input, blobs, signal);
  const repositories = countTags(sight, store.name);
  return {
    header: {
      winnow: 'mark/v1',
      store: store.name,
      madeAtMs,
      ...(input.aheadMs !== undefined && { aheadMs: input.aheadMs }),
      expiresAtMs: madeAtMs + input.expiresAfterMs,
      counts: countAll(sight),
      gaps: evidence.gaps,
      broken: await input.drops(repositories),
    },
    blobs: blobs.map(({ unneeded, ...rest }) => ({ ...rest, unneeded: [...unneeded.keys()] })),
    leftovers: sight.leftovers.map((id) => leftoverOf(sight, id)),
  };
}

interface Draft extends Omit<MarkedBlobs, 'needed' | 'unneeded' | 'missing' | 'links'> {
  readonly needed: Digest[];
  /** With their positions. */
  readonly unneeded: Map<Digest, number>;
  readonly missing: Digest[];
  readonly links: Record<string, number[]>;
}

function sortOut({ evidence: { resources }, inPlace }: StoreSight, marks: Marks, storeName: string): readonly Draft[] {
  const drafts = Array.from({ length: SHARDS }, (_, byte): Draft => {
    const prefix = byte.toString(16).padStart(2, '0');
    return { prefix, needed: [], unneeded: new Map(), missing: [], links: {} };
  });
  const { size } = resources;
  for (let id = 0; id < size; id += 1) {
    if (resources.kind(id) !== 'blob' || resources.scope(id) !== storeName) continue;
    const digest = resources.key(id) as Digest;
    const draft = digest.startsWith('sha256:') ? drafts[firstByteOf(digest)] : undefined;
    if (draft === undefined) continue; // what is stored under another name has its data under this
    if (!inPlace.has(id)) {
      if (marks.has(id)) draft.missing.push(digest);
    } else if (marks.has(id)) draft.needed.push(digest);
    else draft.unneeded.set(digest, draft.unneeded.size);
  }
  return drafts;
}

async function addLinks(
  { store, onExamined }: MakeMarkInput,
  drafts: readonly Draft[],
  signal: AbortSignal,
): Promise<void> {
  const unneeded = drafts.flatMap((draft) => [...draft.unneeded.keys()]);
  let count = 0;
  for await (const { digest, linkedBy } of store.examine(unneeded, 'as-surveyed', signal)) {
    const { links, unneeded: positions } = drafts[firstByteOf(digest)] as Draft;
    for (const repository of linkedBy) {
      const list = links[repository] ?? [];
      links[repository] = list;
      list.push(positions.get(digest) as number);
    }
    count += 1;
    if (count % 1000 === 0) onExamined?.(count);
  }
}

function firstByteOf(digest: Digest): number {
  return Number.parseInt(digest.slice(-64, -62), 16);
}

function countAll({ evidence: { resources, exists }, inPlace }: StoreSight): StoreMark['header']['counts'] {
  const counts = { repositories: 0, tags: 0, manifests: 0, blobs: 0 };
  const { size } = resources;
  for (let id = 0; id < size; id += 1) {
    const kind = resources.kind(id);
    if (kind === 'blob' && inPlace.has(id)) counts.blobs += 1;
    if (!exists(id)) continue;
    if (kind === 'repository') counts.repositories += 1;
    else if (kind === 'tag') counts.tags += 1;
    else if (kind === 'manifest') counts.manifests += 1;
  }
  return counts;
}

/** For the comparison with the last run. */
function countTags({ evidence: { resources, exists } }: StoreSight, storeName: string): readonly RepositoryCounts[] {
  const tags = new Map<string, number>();
  const { size } = resources;
  for (let id = 0; id < size; id += 1) {
    if (!exists(id)) continue;
    const kind = resources.kind(id);
    if (kind === 'repository') tags.set(resources.key(id), tags.get(resources.key(id)) ?? 0);
    if (kind !== 'tag') continue;
    const repository = resources.scope(id).slice(storeName.length + 1);
    tags.set(repository, (tags.get(repository) ?? 0) + 1);
  }
  return [...tags].map(([repository, found]) => ({
    ...{ repository, class: '', found, live: found, removed: 0 },
    keptByReason: {},
    freesBytes: 0,
  }));
}

function leftoverOf({ evidence }: StoreSight, id: ResourceId): MarkedLeftover {
  const { sizeBytes = 0, pushedAtMs = 0 } = evidence.about(id);
  return { ...evidence.resources.at(id), sizeBytes, pushedAtMs };
}
