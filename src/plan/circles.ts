import type { ResourceId } from '../evidence/resource.ts';
import type { Graph } from '../graph/graph.ts';

/**
 * Which of the things keep each other in a circle: two have the same number exactly when each is reachable from the other
 * within `ids` (Tarjan's strongly connected components, with a stack of its own).
 */
export function circles(graph: Graph, ids: readonly ResourceId[]): ReadonlyMap<ResourceId, number> {
  const circleOf = new Map<ResourceId, number>();
  const visits = new Map<ResourceId, Visit>(
    ids.map((id) => [id, { id, order: 0, lowest: 0, arc: graph.rows[id] as number }]),
  );
  const open: Visit[] = [];
  let order = 0;
  let circle = 0;

  for (const id of ids) {
    const path: Visit[] = [];
    enter(visits.get(id) as Visit, path);
    for (let visit = path.at(-1); visit !== undefined; visit = path.at(-1)) {
      if (visit.arc < (graph.rows[visit.id + 1] as number)) {
        const next = visits.get(graph.kept[visit.arc] as number);
        visit.arc += 1;
        if (next === undefined) continue;
        if (next.order === 0) enter(next, path);
        else if (!circleOf.has(next.id)) visit.lowest = Math.min(visit.lowest, next.order);
      } else {
        path.pop();
        const before = path.at(-1);
        if (before !== undefined) before.lowest = Math.min(before.lowest, visit.lowest);
        if (visit.lowest === visit.order) close(visit);
      }
    }
  }
  return circleOf;

  function enter(visit: Visit, path: Visit[]): void {
    if (visit.order > 0) return;
    order += 1;
    visit.order = order;
    visit.lowest = order;
    open.push(visit);
    path.push(visit);
  }

  function close(first: Visit): void {
    circle += 1;
    for (let visit = open.pop(); visit !== undefined; visit = open.pop()) {
      circleOf.set(visit.id, circle);
      if (visit === first) return;
    }
  }
}

interface Visit {
  readonly id: ResourceId;
  /** Place in the order of first visits; 0: not visited yet. */
  order: number;
  /** The earliest visit that is reachable and still open. */
  lowest: number;
  /** The next of its arcs to follow. */
  arc: number;
}
