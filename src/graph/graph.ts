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
  const rows = new Uint32Array(size + 1);
  eachArc(edges, (keeper) => {
    rows[keeper + 1] = (rows[keeper + 1] as number) + 1;
  });
  for (let id = 0; id < size; id += 1) rows[id + 1] = (rows[id + 1] as number) + (rows[id] as number);

  const next = rows.slice(0, size);
  const kept = new Uint32Array(rows[size] as number);
  const kinds = new Uint8Array(kept.length);
  eachArc(edges, (keeper, keptOne, kind) => {
    const at = next[keeper] as number;
    kept[at] = keptOne;
    kinds[at] = kind;
    next[keeper] = at + 1;
  });
  return { size, rows, kept, kinds };
}

/** The same graph with every arc turned round: for each resource the ones that keep it. */
export function reverseGraph(graph: Graph): Graph {
  const from = new Uint32Array(graph.kept.length);
  for (let id = 0; id < graph.size; id += 1) from.fill(id, graph.rows[id] as number, graph.rows[id + 1] as number);
  const rows = new Uint32Array(graph.size + 1);
  for (const id of graph.kept) rows[id + 1] = (rows[id + 1] as number) + 1;
  for (let id = 0; id < graph.size; id += 1) rows[id + 1] = (rows[id + 1] as number) + (rows[id] as number);
  const next = rows.slice(0, graph.size);
  const kept = new Uint32Array(graph.kept.length);
  const kinds = new Uint8Array(graph.kept.length);
  for (let arc = 0; arc < kept.length; arc += 1) {
    const row = graph.kept[arc] as number;
    const at = next[row] as number;
    kept[at] = from[arc] as number;
    kinds[at] = graph.kinds[arc] as number;
    next[row] = at + 1;
  }
  return { size: graph.size, rows, kept, kinds };
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
