import type { ResourceId } from '../evidence/resource.ts';
import { edgeKinds } from '../evidence/sink.ts';
import { edgeTable } from '../graph/edges.ts';
import type { Graph } from '../graph/graph.ts';
import { circles } from './circles.ts';

/**
 * Orders deletions so that a stop at any point leaves every remaining thing whole: a thing goes after all that keep it.
 * So tags go before manifests, indexes before their children, subjects before their referrers, manifests before blobs.
 *
 * Things can keep each other in a circle only where a referrer contains its own subject. Within that circle, and nowhere
 * else, the subject's hold on its referrer gives way: an image without a signature is still whole, an index without a
 * child is not.
 *
 * @param ids - what is to be deleted; among equals this order is kept, so that plans compare well.
 * @returns the same ids.
 */
export function orderDeletions(graph: Graph, ids: readonly ResourceId[]): readonly ResourceId[] {
  const ordered = orderWhatIsFree(graph, ids, () => true);
  if (ordered.length === ids.length) return ordered;

  const placed = new Set(ordered);
  const rest = ids.filter((id) => !placed.has(id));
  const circleOf = circles(graph, rest);
  const orderedRest = orderWhatIsFree(
    graph,
    rest,
    (arc, keeper) => isFirm(graph, arc) || circleOf.get(keeper) !== circleOf.get(graph.kept[arc] as number),
  );
  if (orderedRest.length < rest.length)
    throw new Error('things contain each other in a circle, which no digest allows');
  return [...ordered, ...orderedRest];
}

/** Says whether the arc (its position in the graph) from this keeper makes what it keeps wait. */
type Counts = (arc: number, keeper: ResourceId) => boolean;

/** @returns all of `ids` but those in a circle of arcs that count, and those behind such a circle. */
function orderWhatIsFree(graph: Graph, ids: readonly ResourceId[], counts: Counts): ResourceId[] {
  const { rows, kept } = graph;
  const keepersLeft = new Int32Array(ids.length === 0 ? 0 : graph.size).fill(NOT_ASKED);
  for (const id of ids) keepersLeft[id] = 0;
  for (const id of ids)
    for (let arc = rows[id] as number; arc < (rows[id + 1] as number); arc += 1) {
      const one = kept[arc] as ResourceId;
      const count = keepersLeft[one] as number;
      if (count !== NOT_ASKED && one !== id && counts(arc, id)) keepersLeft[one] = count + 1;
    }

  const free = ids.filter((id) => keepersLeft[id] === 0).reverse();
  const ordered: ResourceId[] = [];
  for (let id = free.pop(); id !== undefined; id = free.pop()) {
    ordered.push(id);
    for (let arc = (rows[id + 1] as number) - 1; arc >= (rows[id] as number); arc -= 1) {
      const one = kept[arc] as ResourceId;
      const count = keepersLeft[one] as number;
      if (count === NOT_ASKED || one === id || !counts(arc, id)) continue;
      keepersLeft[one] = count - 1;
      if (count === 1) free.push(one);
    }
  }
  return ordered;
}

/** In place of a count: it is none of those that are ordered. */
const NOT_ASKED = -1;

const firmKinds = edgeKinds.map((kind) => edgeTable[kind].keeping === 'from keeps to');

function isFirm(graph: Graph, arc: number): boolean {
  return firmKinds[graph.kinds[arc] as number] === true;
}
