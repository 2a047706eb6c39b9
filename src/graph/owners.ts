import type { ResourceId } from '../evidence/resource.ts';
import type { Graph } from './graph.ts';

/** By how many groups each resource is reached. Time: what all groups reach, together. */
export function countOwners(graph: Graph, groups: readonly (readonly ResourceId[])[]): Uint32Array {
  const owners = new Uint32Array(graph.size);
  const stamp = new Int32Array(graph.size).fill(-1);
  for (const [group, ids] of groups.entries()) {
    const gray = [...ids];
    for (let id = gray.pop(); id !== undefined; id = gray.pop()) {
      if (stamp[id] === group) continue;
      stamp[id] = group;
      owners[id] = (owners[id] as number) + 1;
      for (let arc = graph.rows[id] as number; arc < (graph.rows[id + 1] as number); arc += 1)
        gray.push(graph.kept[arc] as number);
    }
  }
  return owners;
}

/** Reached by no group, and by more than one: see {@link soleOwners}. */
export const NOBODY = -1;
export const SEVERAL = -2;

/** Of each resource the one group that reaches it, or {@link NOBODY}, or {@link SEVERAL}. Time: what all groups reach, together. */
export function soleOwners(graph: Graph, groups: readonly (readonly ResourceId[])[]): Int32Array {
  const owner = new Int32Array(graph.size).fill(NOBODY);
  const stamp = new Int32Array(graph.size).fill(NOBODY);
  for (const [group, ids] of groups.entries()) {
    const gray = [...ids];
    for (let id = gray.pop(); id !== undefined; id = gray.pop()) {
      if (stamp[id] === group) continue;
      stamp[id] = group;
      owner[id] = owner[id] === NOBODY ? group : SEVERAL;
      for (let arc = graph.rows[id] as number; arc < (graph.rows[id + 1] as number); arc += 1)
        gray.push(graph.kept[arc] as number);
    }
  }
  return owner;
}
