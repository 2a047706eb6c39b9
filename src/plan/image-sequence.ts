import type { Evidence } from '../evidence/evidence.ts';
import type { ResourceId, ResourceKind } from '../evidence/resource.ts';
import type { ResourceTable } from '../evidence/resource-table.ts';
import { parseStreamItemKey } from '../evidence/stream-item.ts';
import { type Graph, keptBy } from '../graph/graph.ts';
import type { Decisions } from '../policy/decide.ts';
import { orderDeletions } from './order.ts';

/** What goes of an image API, in a safe order, as numbers. */
export interface ImageSequence {
  readonly ids: Uint32Array;
  /** From 1; 0: it stays. */
  positionOf(id: ResourceId): number;
  /** Position of the last piece of data that goes with the Image at this position: they stand together, before it. */
  firstBlobOf(imagePosition: number): number;
  /** Bytes that nothing needs once the Image and all before it are gone, whether this plan removes them or not. */
  bytesOf(image: ResourceId): number;
}

/**
 * Items of histories, stream by stream; links to manifests, indexes before what they list; links to blobs; then Image by Image, indexes
 * before what they list: its manifest's data, the other data that no later one needs, and the Image itself.
 */
export function imageSequence(evidence: Evidence, graph: Graph, decisions: Decisions): ImageSequence {
  const items = sortedByStream(evidence, deletedOf(evidence, decisions, 'stream-item'));
  const manifestLinks = orderDeletions(graph, sortedByName(evidence, deletedOf(evidence, decisions, 'revision-link')));
  const layerLinks = sortedByName(evidence, deletedOf(evidence, decisions, 'layer-link'));
  const images = orderDeletions(graph, sortedByName(evidence, deletedOf(evidence, decisions, 'image-object')));
  const { dataOf, bytes } = dataByImage(evidence, graph, decisions, images);

  const sequence: ResourceId[] = [...items];
  for (const id of manifestLinks) sequence.push(id);
  for (const id of layerLinks) sequence.push(id);
  const firstBlob = new Map<number, number>();
  for (const image of images) {
    firstBlob.set(sequence.length + (dataOf.get(image)?.length ?? 0) + 1, sequence.length + 1);
    for (const blob of dataOf.get(image) ?? []) sequence.push(blob);
    sequence.push(image);
  }
  const positions = new Uint32Array(graph.size);
  for (const [index, id] of sequence.entries()) positions[id] = index + 1;
  return {
    ids: Uint32Array.from(sequence),
    positionOf: (id) => positions[id] ?? 0,
    firstBlobOf: (position) => firstBlob.get(position) ?? position,
    bytesOf: (image) => bytes.get(image) ?? 0,
  };
}

function deletedOf({ resources }: Evidence, decisions: Decisions, kind: ResourceKind): ResourceId[] {
  const found: ResourceId[] = [];
  for (let id = 0; id < resources.size; id += 1)
    if (resources.kind(id) === kind && decisions.isDeleted(id)) found.push(id);
  return found;
}

/** Which data goes with which Image: with the last that has it, its manifest's own first. */
function dataByImage(
  { resources, exists, sizeBytes }: Evidence,
  graph: Graph,
  decisions: Decisions,
  images: readonly ResourceId[],
): {
  readonly dataOf: ReadonlyMap<ResourceId, readonly ResourceId[]>;
  readonly bytes: ReadonlyMap<ResourceId, number>;
} {
  const claimed = new Uint8Array(graph.size);
  const dataOf = new Map<ResourceId, readonly ResourceId[]>();
  const bytes = new Map<ResourceId, number>();
  for (let n = images.length - 1; n >= 0; n -= 1) {
    const image = images[n] as ResourceId;
    const data: ResourceId[] = [];
    let freed = 0;
    for (const { id, as } of keptBy(graph, image)) {
      if (resources.kind(id) !== 'blob' || claimed[id] === 1 || decisions.marks.has(id) || !exists(id)) continue;
      claimed[id] = 1;
      freed += sizeBytes(id);
      if (!decisions.isDeleted(id)) continue;
      if (as === 'link') data.unshift(id);
      else data.push(id);
    }
    if (data.length > 0) dataOf.set(image, data);
    if (freed > 0) bytes.set(image, freed);
  }
  return { dataOf, bytes };
}

/** By scope and name: the same world gives the same plan, whatever answered first. */
function sortedByName({ resources }: Evidence, ids: readonly ResourceId[]): readonly ResourceId[] {
  const keyed = (id: ResourceId) => ({ id, key: resources.key(id) });
  return scopeByScope(resources, ids, (within) => within.map(keyed).sort((a, b) => compare(a.key, b.key)));
}

/** By stream, then tag, then place in its history. */
function sortedByStream({ resources }: Evidence, ids: readonly ResourceId[]): readonly ResourceId[] {
  const placed = (id: ResourceId) => {
    const { tag = '', index = 0 } = parseStreamItemKey(resources.key(id)) ?? {};
    return { id, tag, index };
  };
  return scopeByScope(resources, ids, (within) =>
    within.map(placed).sort((a, b) => compare(a.tag, b.tag) || a.index - b.index),
  );
}

/** Sorts by scope, and within each as told: the names of all that goes would take more memory than all else. */
function scopeByScope(
  resources: ResourceTable,
  ids: readonly ResourceId[],
  sort: (within: readonly ResourceId[]) => readonly { readonly id: ResourceId }[],
): readonly ResourceId[] {
  const byScope = new Map<number, ResourceId[]>();
  for (const id of ids) {
    const within = byScope.get(resources.scopeNumber(id));
    if (within === undefined) byScope.set(resources.scopeNumber(id), [id]);
    else within.push(id);
  }
  const scopes = [...byScope].map(([number, within]) => ({ scope: resources.scopeAt(number), within }));
  scopes.sort((a, b) => compare(a.scope, b.scope));
  return scopes.flatMap(({ within }) => sort(within).map(({ id }) => id));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
