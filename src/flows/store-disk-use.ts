import type { Evidence } from '../evidence/evidence.ts';
import type { ResourceId } from '../evidence/resource.ts';
import { buildGraph, type Graph } from '../graph/graph.ts';
import { countOwners } from '../graph/owners.ts';
import { divideBytes } from '../graph/size.ts';
import type { Digest } from '../oci/digest.ts';
import type { DiskUse, LayerUse, RepositoryUse } from '../report/disk-use.ts';
import type { StoreReader } from '../systems/store/contract.ts';
import { survey } from './survey.ts';

export interface StoreDiskUseInput {
  readonly store: StoreReader;
  readonly survey: { readonly readers?: number };
  readonly withTags: boolean;
  readonly withLayers: boolean;
  readonly nowMs: () => number;
  readonly onProgress?: (words: string) => void;
}

/**
 * Where the bytes of a storage are. Every byte of its data is in one of: unique to a repository, shared by several, needed by nothing,
 * in the quarantine, lying about. A repository is what its tags and manifests need, as `hard-prune` has it.
 *
 * @throws STORE_WALK_FAILED
 */
export async function storeDiskUse(input: StoreDiskUseInput, signal: AbortSignal): Promise<DiskUse> {
  const { store, nowMs, withTags } = input;
  const onProgress = ({ repositories, blobs }: { repositories: number; blobs: number }) =>
    input.onProgress?.(`${repositories} repositories, ${blobs} blobs`);
  const source = store.source({ ...input.survey, historySinceMs: nowMs(), onProgress });
  const { evidence } = await survey([source, store.leftovers()], nowMs, signal);
  const graph = buildGraph(evidence.resources.size, evidence.edges);
  const sizes = await sizesOf(store, evidence, signal);
  const members = membersOf(evidence, store.name);
  const names = [...members.keys()].sort();
  const groups = names.map((name) => membersIn(members, name));
  const bytesOf = (id: ResourceId) => sizes[id] as number;
  const { shares, sharedBytes } = divideBytes(graph, groups, bytesOf);
  const owners = countOwners(graph, groups);
  const hidden = await hiddenIn(store, signal);
  const repositories = names.map((repository, n): RepositoryUse => {
    const share = shares[n] ?? { uniqueBytes: 0, sharedBytes: 0 };
    return { repository, tagCount: members.get(repository)?.tags.length ?? 0, share };
  });
  return {
    registry: store.name,
    repositories: withTags ? addTags(evidence, graph, repositories, members, bytesOf) : repositories,
    sharedBytes,
    storage: {
      reclaimableBytes: sizes.reduce((sum, size, id) => sum + (owners[id] === 0 ? size : 0), 0),
      hiddenBytes: hidden.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
      lyingAboutBytes: lyingAbout(evidence),
    },
    ...(input.withLayers ? { layers: layersOf(evidence, sizes, owners, hidden) } : {}),
  };
}

/** Lengths of data, by resource. */
async function sizesOf(
  store: StoreReader,
  { resources, exists }: Evidence,
  signal: AbortSignal,
): Promise<Float64Array> {
  const sizes = new Float64Array(resources.size);
  function* blobs(): Generator<Digest> {
    for (let id = 0; id < resources.size; id += 1)
      if (resources.kind(id) === 'blob' && exists(id)) yield resources.key(id) as Digest;
  }
  for await (const { digest, sizeBytes } of store.examine(blobs(), false, signal)) {
    const id = resources.find('blob', store.name, digest);
    if (id === undefined) throw new Error(`the store speaks of ${digest}, which nobody asked for`);
    sizes[id] = sizeBytes;
  }
  return sizes;
}

interface Members {
  readonly tags: ResourceId[];
  readonly manifests: ResourceId[];
}

function membersOf({ resources, exists }: Evidence, storeName: string): ReadonlyMap<string, Members> {
  const members = new Map<string, Members>();
  for (let id = 0; id < resources.size; id += 1) {
    const kind = resources.kind(id);
    if (!exists(id) || (kind !== 'repository' && kind !== 'tag' && kind !== 'manifest')) continue;
    const repository = kind === 'repository' ? resources.key(id) : resources.scope(id).slice(storeName.length + 1);
    const member = members.get(repository) ?? { tags: [], manifests: [] };
    members.set(repository, member);
    if (kind === 'tag') member.tags.push(id);
    if (kind === 'manifest') member.manifests.push(id);
  }
  return members;
}

function membersIn(members: ReadonlyMap<string, Members>, repository: string): readonly ResourceId[] {
  const { tags = [], manifests = [] } = members.get(repository) ?? {};
  return [...tags, ...manifests];
}

/** A tag's share is divided among all tags of the storage. */
function addTags(
  { resources }: Evidence,
  graph: Graph,
  repositories: readonly RepositoryUse[],
  members: ReadonlyMap<string, Members>,
  bytesOf: (id: ResourceId) => number,
): readonly RepositoryUse[] {
  const tags = [...members.values()].flatMap((one) => one.tags);
  const { shares } = divideBytes(
    graph,
    tags.map((tag) => [tag]),
    bytesOf,
  );
  const shareOf = new Map(tags.map((tag, n) => [tag, shares[n]]));
  return repositories.map((one) => ({
    ...one,
    tags: (members.get(one.repository)?.tags ?? [])
      .map((tag) => ({ tag: resources.key(tag), share: shareOf.get(tag) ?? { uniqueBytes: 0, sharedBytes: 0 } }))
      .sort((a, b) => b.share.uniqueBytes - a.share.uniqueBytes || (a.tag < b.tag ? -1 : 1)),
  }));
}

interface HiddenBlob {
  readonly digest: Digest;
  readonly sizeBytes: number;
}

async function hiddenIn(store: StoreReader, signal: AbortSignal): Promise<readonly HiddenBlob[]> {
  const hidden: HiddenBlob[] = [];
  for await (const { digest, state, sizeBytes } of store.pending(signal))
    if (state === 'hidden') hidden.push({ digest, sizeBytes });
  return hidden;
}

function lyingAbout({ resources, exists, sizeBytes }: Evidence): number {
  let sum = 0;
  for (let id = 0; id < resources.size; id += 1) {
    const kind = resources.kind(id);
    if (exists(id) && (kind === 'upload' || kind === 'temporary-file')) sum += sizeBytes(id);
  }
  return sum;
}

function layersOf(
  { resources }: Evidence,
  sizes: Float64Array,
  owners: Uint32Array,
  hidden: readonly HiddenBlob[],
): readonly LayerUse[] {
  const layers: LayerUse[] = hidden.map((one) => ({ ...one, repositories: 0, state: 'hidden' }));
  for (let id = 0; id < sizes.length; id += 1) {
    const sizeBytes = sizes[id] as number;
    if (sizeBytes === 0) continue;
    const repositories = owners[id] as number;
    const state = repositories === 0 ? 'reclaimable' : repositories === 1 ? 'unique' : 'shared';
    layers.push({ digest: resources.key(id), sizeBytes, repositories, state });
  }
  return layers.sort((a, b) => b.sizeBytes - a.sizeBytes || (a.digest < b.digest ? -1 : 1));
}
