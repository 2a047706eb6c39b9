import type { Edges } from '../evidence/evidence.ts';
import type { ResourceId } from '../evidence/resource.ts';
import { type EdgeKind, edgeKinds } from '../evidence/sink.ts';
import { edgeTable } from './edges.ts';

/**
 * Who keeps whom: for each resource the ones that it keeps, in two columns (compressed sparse rows).
 * It is derived from the evidence's edges and the edge table alone.
 */
export interface Graph {
  readonly size: number;
  /** Where a resource's row begins in {@link kept}; one more entry than resources. */
  readonly rows: Uint32Array;
  readonly kept: Uint32Array;
  /** Position in `edgeKinds`, beside {@link kept}. */
  readonly kinds: Uint8Array;
}

/** @param size - number of resources. Cost: linear in resources and edges. */
export function buildGraph(size: number, edges: Edges): Graph {
  const counts = new Uint32Array(size + 2);
  eachArc(edges, (keeper) => {
    counts[keeper + 2] = (counts[keeper + 2] as number) + 1;
  });
  return placed(size, counts, (place) => eachArc(edges, place));
}

/** The same graph with every arc turned round: for each resource the ones that keep it. */
export function reverseGraph(graph: Graph): Graph {
  const counts = new Uint32Array(graph.size + 2);
  for (const id of graph.kept) counts[id + 2] = (counts[id + 2] as number) + 1;
  return placed(graph.size, counts, (place) => {
    for (let id = 0; id < graph.size; id += 1)
      for (let arc = graph.rows[id] as number; arc < (graph.rows[id + 1] as number); arc += 1)
        place(graph.kept[arc] as ResourceId, id, graph.kinds[arc] as number);
  });
}

/**
 * Puts arcs into rows. The counts become the rows, without a copy: behind a row's beginning, moved on by each arc that is placed, is the
 * next row's.
 *
 * @param counts - how many arcs a resource has, two places behind its number.
 */
function placed(
  size: number,
  counts: Uint32Array,
  eachOne: (place: (keeper: ResourceId, kept: ResourceId, kind: number) => void) => void,
): Graph {
  for (let id = 0; id < size; id += 1) counts[id + 2] = (counts[id + 2] as number) + (counts[id + 1] as number);
  const kept = new Uint32Array(counts[size + 1] as number);
  const kinds = new Uint8Array(kept.length);
  eachOne((keeper, keptOne, kind) => {
    const at = counts[keeper + 1] as number;
    kept[at] = keptOne;
    kinds[at] = kind;
    counts[keeper + 1] = at + 1;
  });
  return { size, rows: counts.subarray(0, size + 1), kept, kinds };
}

/** What a resource keeps directly. */
export function* keptBy(
  graph: Graph,
  keeper: ResourceId,
): Generator<{ readonly id: ResourceId; readonly as: EdgeKind }> {
  for (let arc = graph.rows[keeper] as number; arc < (graph.rows[keeper + 1] as number); arc += 1)
    yield { id: graph.kept[arc] as number, as: edgeKinds[graph.kinds[arc] as number] as EdgeKind };
}

function eachArc(edges: Edges, visit: (keeper: ResourceId, kept: ResourceId, kind: number) => void): void {
  const keepings = edgeKinds.map((kind) => edgeTable[kind].keeping);
  for (let n = 0; n < edges.length; n += 1) {
    const kind = edges.kinds[n] as number;
    const keeping = keepings[kind];
    if (keeping !== 'to keeps from') visit(edges.from[n] as number, edges.to[n] as number, kind);
    if (keeping !== 'from keeps to') visit(edges.to[n] as number, edges.from[n] as number, kind);
  }
}
