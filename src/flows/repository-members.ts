import type { Evidence } from '../evidence/evidence.ts';
import type { ResourceId } from '../evidence/resource.ts';
import type { Graph } from '../graph/graph.ts';
import { divideBytes } from '../graph/size.ts';
import type { RepositoryUse, TagUse } from '../report/disk-use.ts';

/** The tags and manifests of a repository. */
export interface Members {
  readonly tags: readonly ResourceId[];
  readonly manifests: readonly ResourceId[];
}

/** What each repository has, in the order of their names. @param system - name of the registry or storage: the beginning of all scopes */
export function membersByRepository({ resources, exists }: Evidence, system: string): ReadonlyMap<string, Members> {
  const found = new Map<string, { tags: ResourceId[]; manifests: ResourceId[] }>();
  for (let id = 0; id < resources.size; id += 1) {
    const kind = resources.kind(id);
    if (!exists(id) || (kind !== 'repository' && kind !== 'tag' && kind !== 'manifest')) continue;
    const repository = kind === 'repository' ? resources.key(id) : resources.scope(id).slice(system.length + 1);
    const members = found.get(repository) ?? { tags: [], manifests: [] };
    found.set(repository, members);
    if (kind === 'tag') members.tags.push(id);
    if (kind === 'manifest') members.manifests.push(id);
  }
  return new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Bytes by repository, and by tag where that is wanted. A tag's share is divided among all tags. */
export function useByRepository(
  { resources }: Evidence,
  graph: Graph,
  members: ReadonlyMap<string, Members>,
  bytesOf: (id: ResourceId) => number,
  withTags: boolean,
): { readonly repositories: readonly RepositoryUse[]; readonly sharedBytes: number } {
  const nothing = { uniqueBytes: 0, sharedBytes: 0 };
  const { shares, sharedBytes } = divideBytes(graph, groupsOf(members), bytesOf);
  const tags = withTags ? [...members.values()].flatMap((one) => one.tags) : [];
  const tagShares = divideBytes(
    graph,
    tags.map((tag) => [tag]),
    bytesOf,
  ).shares;
  const shareOfTag = new Map(tags.map((tag, n) => [tag, tagShares[n]]));
  const useOf = (tag: ResourceId): TagUse => ({ tag: resources.key(tag), share: shareOfTag.get(tag) ?? nothing });
  const repositories = [...members].map(([repository, own], n): RepositoryUse => {
    const use = { repository, tagCount: own.tags.length, share: shares[n] ?? nothing };
    return withTags ? { ...use, tags: own.tags.map(useOf).sort(byUniqueBytes) } : use;
  });
  return { repositories, sharedBytes };
}

/** What reaches all that a repository needs. */
export function groupsOf(members: ReadonlyMap<string, Members>): readonly (readonly ResourceId[])[] {
  return [...members.values()].map(({ tags, manifests }) => [...tags, ...manifests]);
}

function byUniqueBytes(a: TagUse, b: TagUse): number {
  return b.share.uniqueBytes - a.share.uniqueBytes;
}
