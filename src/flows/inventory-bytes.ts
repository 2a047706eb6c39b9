import type { ResourceId } from '../evidence/resource.ts';
import type { Graph } from '../graph/graph.ts';
import { NOBODY, SEVERAL, soleOwners } from '../graph/owners.ts';
import type { View } from '../policy/view.ts';
import { groupsOf, type Members } from './repository-members.ts';

/** The bytes of one repository: each of its blobs counts at one place. */
export interface RepositoryBytes {
  exclusiveBytes: number;
  sharedInsideBytes: number;
  untaggedBytes: number;
  sharedOutsideBytes: number;
}

/** All bytes of a registry, divided so that the parts add up to the whole. */
export interface DividedBytes {
  readonly bytes: number;
  readonly sharedBytes: number;
  readonly untaggedBytes: number;
  /** In the order of the members. */
  readonly repositories: readonly RepositoryBytes[];
  /** What one tag alone holds: of the bytes that are exclusive to its repository. */
  exclusiveOf(tag: ResourceId): number;
  /** All that a resource reaches. */
  reachedFrom(id: ResourceId): number;
}

/** Blobs alone count: a registry may keep one copy of a manifest for all its repositories, or many. */
export function divideRegistry(
  { evidence, graph }: Pick<View, 'evidence' | 'graph'>,
  members: ReadonlyMap<string, Members>,
): DividedBytes {
  const { resources } = evidence;
  const bytesOf = (id: ResourceId) => (resources.kind(id) === 'blob' ? evidence.sizeBytes(id) : 0);
  const tags = [...members.values()].flatMap((one) => one.tags);
  const tagNumbers = new Map(tags.map((tag, n) => [tag, n]));
  const repositoryOf = soleOwners(graph, groupsOf(members));
  const tagOf = soleOwners(
    graph,
    tags.map((tag) => [tag]),
  );
  const exclusive = new Float64Array(tags.length);
  const none = () => ({ exclusiveBytes: 0, sharedInsideBytes: 0, untaggedBytes: 0, sharedOutsideBytes: 0 });
  const repositories: RepositoryBytes[] = Array.from(members, none);
  let sharedBytes = 0;
  for (let id = 0; id < graph.size; id += 1) {
    const size = bytesOf(id);
    const owner = repositoryOf[id] as number;
    if (size === 0 || owner === NOBODY) continue;
    const repository = repositories[owner];
    if (repository === undefined) {
      sharedBytes += size;
      continue;
    }
    repository.exclusiveBytes += size;
    const tag = tagOf[id] as number;
    if (tag === NOBODY) repository.untaggedBytes += size;
    else if (tag === SEVERAL) repository.sharedInsideBytes += size;
    else exclusive[tag] = (exclusive[tag] as number) + size;
  }
  const reach = reachFrom(graph, bytesOf);
  for (const [n, group] of groupsOf(members).entries()) {
    const one = repositories[n] as RepositoryBytes;
    one.sharedOutsideBytes = reach(group) - one.exclusiveBytes;
  }
  return {
    bytes: sharedBytes + sum(repositories, (one) => one.exclusiveBytes),
    sharedBytes,
    untaggedBytes: sum(repositories, (one) => one.untaggedBytes),
    repositories,
    exclusiveOf: (tag) => exclusive[tagNumbers.get(tag) ?? -1] ?? 0,
    reachedFrom: (id) => reach([id]),
  };
}

/** Sums what is reached from some resources, each once. One stamp serves all calls. */
function reachFrom(graph: Graph, bytesOf: (id: ResourceId) => number): (from: readonly ResourceId[]) => number {
  const stamp = new Uint32Array(graph.size);
  let call = 0;
  return (from) => {
    call += 1;
    let bytes = 0;
    const gray = [...from];
    for (let id = gray.pop(); id !== undefined; id = gray.pop()) {
      if (stamp[id] === call) continue;
      stamp[id] = call;
      bytes += bytesOf(id);
      for (let arc = graph.rows[id] as number; arc < (graph.rows[id + 1] as number); arc += 1)
        gray.push(graph.kept[arc] as number);
    }
    return bytes;
  };
}

function sum<Item>(items: readonly Item[], of: (item: Item) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}
