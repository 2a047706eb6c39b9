import type { Evidence } from '../evidence/evidence.ts';
import type { ResourceId, ResourceKind } from '../evidence/resource.ts';
import type { ResourceTable } from '../evidence/resource-table.ts';
import { edgeKinds } from '../evidence/sink.ts';
import { parseStreamItemKey } from '../evidence/stream-item.ts';
import type { Graph } from '../graph/graph.ts';
import type { Decisions } from '../policy/decide.ts';
import { Growable } from '../util/pure/growable.ts';
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
  const parts = imagesWithData(evidence, graph, decisions, images);

  const before = items.length + manifestLinks.length + layerLinks.length;
  const ids = new Uint32Array(before + parts.length);
  ids.set(items);
  ids.set(manifestLinks, items.length);
  ids.set(layerLinks, items.length + manifestLinks.length);
  for (let n = 0; n < parts.length; n += 1) ids[before + n] = parts.idAt(n);
  const positions = new Uint32Array(graph.size);
  for (let n = 0; n < ids.length; n += 1) positions[ids[n] as ResourceId] = n + 1;
  return {
    ids,
    positionOf: (id) => positions[id] ?? 0,
    firstBlobOf: (position) => position - (position > before ? parts.dataBefore(position - before - 1) : 0),
    bytesOf: (image) => {
      const position = positions[image] ?? 0;
      return position > before ? parts.bytesAt(position - before - 1) : 0;
    },
  };
}

function deletedOf({ resources }: Evidence, decisions: Decisions, kind: ResourceKind): ResourceId[] {
  const found: ResourceId[] = [];
  for (let id = 0; id < resources.size; id += 1)
    if (resources.kind(id) === kind && decisions.isDeleted(id)) found.push(id);
  return found;
}

/** The Images that go, each behind the data that goes with it, by place from 0. */
interface ImagesWithData {
  readonly length: number;
  idAt(place: number): ResourceId;
  /** How many pieces of data stand right before an Image; of data, 0. */
  dataBefore(place: number): number;
  /** See {@link ImageSequence.bytesOf}; of data, 0. */
  bytesAt(place: number): number;
}

/**
 * Which data goes with which Image: with the last that has it, its manifest's own first. So it is found from the last Image to the first,
 * and kept in columns that run that way.
 */
function imagesWithData(
  { resources, exists, sizeBytes }: Evidence,
  graph: Graph,
  decisions: Decisions,
  images: readonly ResourceId[],
): ImagesWithData {
  const claimed = new Uint8Array(graph.size);
  const ids = new Growable((length) => new Uint32Array(length));
  const counts = new Growable((length) => new Uint32Array(length));
  const bytes = new Growable((length) => new Float64Array(length));
  const data: ResourceId[] = [];
  for (let n = images.length - 1; n >= 0; n -= 1) {
    const image = images[n] as ResourceId;
    data.length = 0;
    let freed = 0;
    for (let arc = graph.rows[image] as number; arc < (graph.rows[image + 1] as number); arc += 1) {
      const id = graph.kept[arc] as ResourceId;
      if (resources.kind(id) !== 'blob' || claimed[id] === 1 || decisions.marks.has(id) || !exists(id)) continue;
      claimed[id] = 1;
      freed += sizeBytes(id);
      if (!decisions.isDeleted(id)) continue;
      if (edgeKinds[graph.kinds[arc] as number] === 'link') data.unshift(id);
      else data.push(id);
    }
    ids.push(image);
    counts.push(data.length);
    bytes.push(freed);
    for (let one = data.length - 1; one >= 0; one -= 1) {
      ids.push(data[one] as ResourceId);
      counts.push(0);
      bytes.push(0);
    }
  }
  const { length } = ids;
  const at = (place: number) => length - 1 - place;
  return {
    length,
    idAt: (place) => ids.get(at(place)),
    dataBefore: (place) => counts.get(at(place)),
    bytesAt: (place) => bytes.get(at(place)),
  };
}

/** By scope and name: the same world gives the same plan, whatever answered first. */
function sortedByName({ resources }: Evidence, ids: readonly ResourceId[]): readonly ResourceId[] {
  return scopeByScope(resources, ids, (within) => within.sort((a, b) => resources.compareKeys(a, b)));
}

/** By stream, then tag, then place in its history. */
function sortedByStream({ resources }: Evidence, ids: readonly ResourceId[]): readonly ResourceId[] {
  const placed = (id: ResourceId) => {
    const { tag = '', index = 0 } = parseStreamItemKey(resources.key(id)) ?? {};
    return { id, tag, index };
  };
  return scopeByScope(resources, ids, (within) =>
    within
      .map(placed)
      .sort((a, b) => compare(a.tag, b.tag) || a.index - b.index)
      .map(({ id }) => id),
  );
}

/** Sorts by scope, and within each as told: the names of all that goes would take more memory than all else. */
function scopeByScope(
  resources: ResourceTable,
  ids: readonly ResourceId[],
  sort: (within: ResourceId[]) => readonly ResourceId[],
): readonly ResourceId[] {
  const byScope = new Map<number, ResourceId[]>();
  for (const id of ids) {
    const within = byScope.get(resources.scopeNumber(id));
    if (within === undefined) byScope.set(resources.scopeNumber(id), [id]);
    else within.push(id);
  }
  const scopes = [...byScope].map(([number, within]) => ({ scope: resources.scopeAt(number), within }));
  scopes.sort((a, b) => compare(a.scope, b.scope));
  const sorted: ResourceId[] = [];
  for (const { within } of scopes) for (const id of sort(within)) sorted.push(id);
  return sorted;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
