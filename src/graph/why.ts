import type { ResourceId } from '../evidence/resource.ts';
import type { EdgeKind } from '../evidence/sink.ts';
import { type Graph, keptBy } from './graph.ts';
import type { Marks } from './mark.ts';

/** One step of the way back: a resource, and how the one before it keeps it (`undefined` for the root). */
export interface Step {
  readonly id: ResourceId;
  readonly as: EdgeKind | undefined;
}

/** The way from a root down to a resource, root first. Empty when the resource is not marked. */
export function wayBack(graph: Graph, marks: Marks, id: ResourceId): readonly Step[] {
  if (!marks.has(id)) return [];
  const ids = [id];
  for (let at = id; marks.from[at] !== at; at = ids[0] as ResourceId) ids.unshift(marks.from[at] as ResourceId);
  return ids.map((step, n) => ({
    id: step,
    as: n === 0 ? undefined : edgeBetween(graph, ids[n - 1] as ResourceId, step),
  }));
}

/** The root that keeps a resource, or `undefined` when it is not marked. */
export function rootOf(marks: Marks, id: ResourceId): ResourceId | undefined {
  if (!marks.has(id)) return undefined;
  let at = id;
  while (marks.from[at] !== at) at = marks.from[at] as ResourceId;
  return at;
}

function edgeBetween(graph: Graph, keeper: ResourceId, kept: ResourceId): EdgeKind | undefined {
  for (const arc of keptBy(graph, keeper)) if (arc.id === kept) return arc.as;
  return undefined;
}
