import type { Evidence } from '../evidence/evidence.ts';
import type { ResourceId } from '../evidence/resource.ts';
import { buildGraph } from '../graph/graph.ts';
import { countOwners } from '../graph/owners.ts';
import type { Digest } from '../oci/digest.ts';
import type { DiskUse, LayerUse } from '../report/disk-use.ts';
import type { StoreReader } from '../systems/store/contract.ts';
import { groupsOf, membersByRepository, useByRepository } from './repository-members.ts';
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
 * in the quarantine, lying about. What the disk gets back of the bytes that nothing needs is told beside them, as a plan tells it. A
 * repository is what its tags and manifests need, as `hard-prune` has it.
 *
 * @throws STORE_WALK_FAILED
 */
export async function storeDiskUse(input: StoreDiskUseInput, signal: AbortSignal): Promise<DiskUse> {
  const { store, nowMs } = input;
  const onProgress = ({ repositories, blobs }: { repositories: number; blobs: number }) =>
    input.onProgress?.(`${repositories} repositories, ${blobs} blobs`);
  const source = store.source({ ...input.survey, historySinceMs: nowMs(), onProgress });
  const { evidence } = await survey([source, store.leftovers()], nowMs, signal);
  const graph = buildGraph(evidence.resources.size, evidence.edges);
  const { sizes, frees } = await lookAtData(store, evidence, signal);
  const members = membersByRepository(evidence, store.name);
  const bytesOf = (id: ResourceId) => sizes[id] as number;
  const use = useByRepository(evidence, graph, members, bytesOf, input.withTags);
  const owners = countOwners(graph, groupsOf(members));
  const sumOfUnneeded = (bytes: Float64Array) => bytes.reduce((sum, one, id) => sum + (owners[id] === 0 ? one : 0), 0);
  const hidden = await hiddenIn(store, signal);
  return {
    registry: store.name,
    ...use,
    storage: {
      unneededBytes: sumOfUnneeded(sizes),
      reclaimableBytes: sumOfUnneeded(frees),
      hiddenBytes: hidden.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
      lyingAboutBytes: lyingAbout(evidence),
    },
    ...(input.withLayers ? { layers: layersOf(evidence, sizes, owners, hidden) } : {}),
  };
}

/** Lengths of data, and what removing it gives back to the disk, by resource. */
async function lookAtData(
  store: StoreReader,
  { resources, exists }: Evidence,
  signal: AbortSignal,
): Promise<{ readonly sizes: Float64Array; readonly frees: Float64Array }> {
  const sizes = new Float64Array(resources.size);
  const frees = new Float64Array(resources.size);
  function* blobs(): Generator<Digest> {
    for (let id = 0; id < resources.size; id += 1)
      if (resources.kind(id) === 'blob' && exists(id)) yield resources.key(id) as Digest;
  }
  for await (const { digest, sizeBytes, freesBytes } of store.examine(blobs(), false, signal)) {
    const id = resources.find('blob', store.name, digest);
    if (id === undefined) throw new Error(`the store speaks of ${digest}, which nobody asked for`);
    sizes[id] = sizeBytes;
    frees[id] = freesBytes;
  }
  return { sizes, frees };
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
