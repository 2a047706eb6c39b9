import type { ResourceId } from '../evidence/resource.ts';
import { edgeKinds } from '../evidence/sink.ts';
import { edgeTable } from '../graph/edges.ts';
import type { Graph } from '../graph/graph.ts';

/**
 * Orders deletions so that a stop at any point leaves every remaining thing whole: a thing goes after all that keep it.
 * So tags go before manifests, indexes before their children, subjects before their referrers, manifests before blobs.
 *
 * Things can keep each other in a circle only where a referrer contains its own subject. There the subject's hold on its
 * referrer gives way: an image without a signature is still whole, an index without a child is not.
 *
 * @param ids - what is to be deleted; among equals this order is kept, so that plans compare well.
 * @returns the same ids.
 */
export function orderDeletions(graph: Graph, ids: readonly ResourceId[]): readonly ResourceId[] {
  const waiting = countKeepers(graph, ids);
  const placed = new Set<ResourceId>();
  const ordered: ResourceId[] = [];
  const free = ids.filter((id) => waiting.all.get(id) === 0).reverse();
  const looseEnds = ids.filter((id) => waiting.firm.get(id) === 0).reverse();

  while (ordered.length < ids.length) {
    const id = free.pop() ?? looseEnds.pop();
    if (id === undefined) throw new Error('things contain each other in a circle, which no digest allows');
    if (placed.has(id)) continue;
    placed.add(id);
    ordered.push(id);
    for (let arc = (graph.rows[id + 1] as number) - 1; arc >= (graph.rows[id] as number); arc -= 1) {
      const kept = graph.kept[arc] as number;
      const all = waiting.all.get(kept);
      if (all === undefined || kept === id) continue;
      waiting.all.set(kept, all - 1);
      if (all === 1) free.push(kept);
      if (!isFirm(graph, arc)) continue;
      const firm = (waiting.firm.get(kept) as number) - 1;
      waiting.firm.set(kept, firm);
      if (firm === 0) looseEnds.push(kept);
    }
  }
  return ordered;
}

interface Waiting {
  /** Keepers that go as well and have not gone yet. */
  readonly all: Map<ResourceId, number>;
  /** Those of them that contain it or point at it. */
  readonly firm: Map<ResourceId, number>;
}

function countKeepers(graph: Graph, ids: readonly ResourceId[]): Waiting {
  const all = new Map(ids.map((id) => [id, 0]));
  const firm = new Map(all);
  for (const id of ids)
    for (let arc = graph.rows[id] as number; arc < (graph.rows[id + 1] as number); arc += 1) {
      const kept = graph.kept[arc] as number;
      const count = all.get(kept);
      if (count === undefined || kept === id) continue;
      all.set(kept, count + 1);
      if (isFirm(graph, arc)) firm.set(kept, (firm.get(kept) as number) + 1);
    }
  return { all, firm };
}

const firmKinds = edgeKinds.map((kind) => edgeTable[kind].keeping === 'from keeps to');

function isFirm(graph: Graph, arc: number): boolean {
  return firmKinds[graph.kinds[arc] as number] === true;
}
