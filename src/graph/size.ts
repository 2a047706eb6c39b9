import type { ResourceId } from '../evidence/resource.ts';
import type { Graph } from './graph.ts';

/** Bytes below one starting point: those that only it reaches, and those that another reaches too. */
export interface Share {
  readonly uniqueBytes: number;
  readonly sharedBytes: number;
}

const NOBODY = -1;
const SEVERAL = -2;

/**
 * Divides bytes among groups (the tags of a registry, its repositories): what one group alone reaches is unique to it,
 * what several reach is shared. Unique bytes of all groups and the bytes shared at least once add up to all bytes reached.
 *
 * @param groups - the starting points of each group.
 * @param bytesOf - own size of a resource, zero for what takes no space of its own.
 * @returns the shares, in the groups' order, and the bytes that several groups reach, counted once.
 */
export function divideBytes(
  graph: Graph,
  groups: readonly (readonly ResourceId[])[],
  bytesOf: (id: ResourceId) => number,
): { readonly shares: readonly Share[]; readonly sharedBytes: number } {
  const owner = new Int32Array(graph.size).fill(NOBODY);
  const stamp = new Int32Array(graph.size).fill(NOBODY);
  const reach = (group: number, visit: (id: ResourceId) => void) => {
    const gray = [...(groups[group] ?? [])];
    for (let id = gray.pop(); id !== undefined; id = gray.pop()) {
      if (stamp[id] === group) continue;
      stamp[id] = group;
      visit(id);
      for (let arc = graph.rows[id] as number; arc < (graph.rows[id + 1] as number); arc += 1)
        gray.push(graph.kept[arc] as number);
    }
  };

  for (let group = 0; group < groups.length; group += 1)
    reach(group, (id) => {
      owner[id] = owner[id] === NOBODY ? group : SEVERAL;
    });

  stamp.fill(NOBODY);
  const shares = groups.map((_, group) => {
    let uniqueBytes = 0;
    let sharedBytes = 0;
    reach(group, (id) => {
      if (owner[id] === group) uniqueBytes += bytesOf(id);
      else sharedBytes += bytesOf(id);
    });
    return { uniqueBytes, sharedBytes };
  });
  let sharedBytes = 0;
  for (let id = 0; id < graph.size; id += 1) if (owner[id] === SEVERAL) sharedBytes += bytesOf(id);
  return { shares, sharedBytes };
}

/**
 * Bytes that each of a sequence of deletions sets free: a shared thing is free only when the last that keeps it is
 * gone, so it counts for the last. The sum is what all deletions together set free.
 *
 * @param sequence - in order of deletion.
 * @param isKept - what stays whatever is deleted.
 */
export function bytesFreedBy(
  graph: Graph,
  sequence: readonly ResourceId[],
  isKept: (id: ResourceId) => boolean,
  bytesOf: (id: ResourceId) => number,
): Float64Array {
  const freed = new Float64Array(sequence.length);
  const claimed = new Uint8Array(graph.size);
  for (let n = sequence.length - 1; n >= 0; n -= 1) {
    const gray = [sequence[n] as ResourceId];
    for (let id = gray.pop(); id !== undefined; id = gray.pop()) {
      if (claimed[id] === 1 || isKept(id)) continue;
      claimed[id] = 1;
      freed[n] = (freed[n] as number) + bytesOf(id);
      for (let arc = graph.rows[id] as number; arc < (graph.rows[id + 1] as number); arc += 1)
        gray.push(graph.kept[arc] as number);
    }
  }
  return freed;
}
