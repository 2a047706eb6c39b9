import type { ResourceId } from '../evidence/resource.ts';
import type { Graph } from '../graph/graph.ts';

/**
 * Orders deletions so that a stop at any point leaves every remaining thing whole: a thing goes after all that keep it.
 * So tags go before manifests, indexes before their children, subjects before their referrers, manifests before blobs.
 *
 * @param ids - what is to be deleted; among equals this order is kept, so that plans compare well.
 * @param isDeleted - membership of `ids`.
 * @returns the same ids. Two names of one thing (`alias`) keep each other: they stand next to each other in the given order.
 */
export function orderDeletions(
  graph: Graph,
  ids: readonly ResourceId[],
  isDeleted: (id: ResourceId) => boolean,
): readonly ResourceId[] {
  const finished = new Set<ResourceId>();
  const entered = new Set<ResourceId>();
  const lastFirst: ResourceId[] = [];

  for (const start of [...ids].reverse()) {
    const stack: ResourceId[] = [start];
    while (stack.length > 0) {
      const id = stack.at(-1) as ResourceId;
      if (entered.has(id)) {
        stack.pop();
        if (!finished.has(id)) lastFirst.push(id);
        finished.add(id);
        continue;
      }
      entered.add(id);
      for (let arc = (graph.rows[id + 1] as number) - 1; arc >= (graph.rows[id] as number); arc -= 1) {
        const kept = graph.kept[arc] as number;
        if (!entered.has(kept) && isDeleted(kept)) stack.push(kept);
      }
    }
  }
  return lastFirst.reverse();
}
