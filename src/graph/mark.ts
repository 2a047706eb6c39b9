import type { ResourceId } from '../evidence/resource.ts';
import type { Graph } from './graph.ts';

const UNMARKED = -1;

/**
 * What the roots reach, and how. `from[id]` is -1 for what was not reached, the resource's own number for a root, and
 * otherwise the keeper by which it was reached first: the way back to a root.
 */
export interface Marks {
  readonly from: Int32Array;
  has(id: ResourceId): boolean;
}

export function noMarks(size: number): Marks {
  const from = new Int32Array(size).fill(UNMARKED);
  return { from, has: (id) => from[id] !== UNMARKED };
}

/**
 * The mark of mark-and-sweep: everything that the roots keep, at any depth. No I/O, no meaning, no order that matters
 * for what is reached. Earlier marks are extended, so roots may come in several rounds.
 *
 * Time and memory: linear in the resources and arcs that are reached.
 *
 * @param marks - extended in place.
 * @returns the same marks.
 */
export function mark(graph: Graph, roots: Iterable<ResourceId>, marks: Marks = noMarks(graph.size)): Marks {
  const { from } = marks;
  const gray: ResourceId[] = [];

  for (const root of roots) {
    if (from[root] !== UNMARKED) continue;
    from[root] = root;
    gray.push(root);
    blacken(graph, from, gray);
  }
  return marks;
}

function blacken({ rows, kept }: Graph, from: Int32Array, gray: ResourceId[]): void {
  for (let keeper = gray.pop(); keeper !== undefined; keeper = gray.pop()) {
    const end = rows[keeper + 1] as number;
    for (let arc = rows[keeper] as number; arc < end; arc += 1) {
      const id = kept[arc] as number;
      if (from[id] !== UNMARKED) continue;
      from[id] = keeper;
      gray.push(id);
    }
  }
}
