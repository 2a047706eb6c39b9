import type { Edges } from './evidence.ts';
import type { ResourceId } from './resource.ts';
import { type EdgeKind, edgeKinds } from './sink.ts';

/** For each resource the others at the far end of edges of some kinds; of resources that came later, nothing. */
export type Adjacency = (id: ResourceId) => Uint32Array;

const nothing = new Uint32Array(0);

/**
 * Looks up edges as they were stated so far: `forward` from the one that names, `backward` from the one that is named. Time and memory:
 * linear in resources and edges.
 *
 * @param size - number of resources.
 * @param counts - which edges; absent: all of these kinds.
 */
export function adjacency(
  size: number,
  { from, to, kinds, length }: Edges,
  only: readonly EdgeKind[],
  direction: 'forward' | 'backward',
  counts?: (from: ResourceId, to: ResourceId) => boolean,
): Adjacency {
  const wanted = edgeKinds.map((kind) => only.includes(kind));
  const [here, there] = direction === 'forward' ? [from, to] : [to, from];
  const isCounted = (n: number) =>
    wanted[kinds[n] as number] === true && (counts === undefined || counts(from[n] as ResourceId, to[n] as ResourceId));
  // First how many there are, two places on; then where the next goes, one place on; in the end where a row begins.
  const rows = new Uint32Array(size + 2);
  for (let n = 0; n < length; n += 1)
    if (isCounted(n)) rows[(here[n] as number) + 2] = (rows[(here[n] as number) + 2] as number) + 1;
  for (let id = 0; id < size; id += 1) rows[id + 2] = (rows[id + 2] as number) + (rows[id + 1] as number);
  const far = new Uint32Array(rows[size + 1] as number);
  for (let n = 0; n < length; n += 1) {
    if (!isCounted(n)) continue;
    const next = (here[n] as number) + 1;
    const at = rows[next] as number;
    far[at] = there[n] as number;
    rows[next] = at + 1;
  }
  return (id) => (id < size ? far.subarray(rows[id], rows[id + 1]) : nothing);
}
