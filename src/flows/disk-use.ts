import { type ResourceId, repositoryIn } from '../evidence/resource.ts';
import type { Source } from '../evidence/sink.ts';
import { buildGraph } from '../graph/graph.ts';
import { divideBytes } from '../graph/size.ts';
import type { DiskUse } from '../report/disk-use.ts';
import { survey } from './survey.ts';

export interface DiskUseInput {
  readonly source: Source;
  readonly registryHost: string;
  /** With the tags of each repository. */
  readonly withTags: boolean;
  readonly nowMs: () => number;
}

/** Who holds how many bytes: what one repository (or tag) alone reaches is unique to it, what several reach is shared and counted once. */
export async function diskUse(
  { source, registryHost, withTags, nowMs }: DiskUseInput,
  signal: AbortSignal,
): Promise<DiskUse> {
  const { evidence } = await survey([source], nowMs, signal);
  const { resources } = evidence;
  const graph = buildGraph(resources.size, evidence.edges);
  const members = new Map<string, { tags: ResourceId[]; manifests: ResourceId[] }>();
  for (let id = 0; id < resources.size; id += 1) {
    const kind = resources.kind(id);
    if (!evidence.exists(id)) continue;
    const repository = kind === 'repository' ? resources.key(id) : repositoryIn(resources.scope(id));
    if (kind !== 'repository' && kind !== 'tag' && kind !== 'manifest') continue;
    const member = members.get(repository) ?? { tags: [], manifests: [] };
    members.set(repository, member);
    if (kind === 'tag') member.tags.push(id);
    if (kind === 'manifest') member.manifests.push(id);
  }

  // Blobs alone: a manifest that lies in several repositories may be one copy or many.
  const bytesOf = (id: ResourceId) => (resources.kind(id) === 'blob' ? evidence.sizeBytes(id) : 0);
  const names = [...members.keys()].sort();
  const byRepository = divideBytes(
    graph,
    names.map((name) => [...(members.get(name)?.tags ?? []), ...(members.get(name)?.manifests ?? [])]),
    bytesOf,
  );
  const allTags = names.flatMap((name) => members.get(name)?.tags ?? []);
  const tagShares = withTags
    ? divideBytes(
        graph,
        allTags.map((tag) => [tag]),
        bytesOf,
      ).shares
    : [];
  const shareOfTag = new Map(allTags.map((tag, n) => [tag, tagShares[n]]));

  const repositories = names.map((repository, n) => {
    const tags = members.get(repository)?.tags ?? [];
    const share = byRepository.shares[n] ?? { uniqueBytes: 0, sharedBytes: 0 };
    if (!withTags) return { repository, tagCount: tags.length, share };
    const uses = tags.map((tag) => ({
      tag: resources.key(tag),
      share: shareOfTag.get(tag) ?? { uniqueBytes: 0, sharedBytes: 0 },
    }));
    return {
      repository,
      tagCount: tags.length,
      share,
      tags: uses.sort((a, b) => b.share.uniqueBytes - a.share.uniqueBytes),
    };
  });
  const [gap] = evidence.gaps;
  const unknown =
    gap === undefined ? {} : { unknown: `${evidence.gaps.length} things could not be seen, first: ${gap.cause}` };
  return { registry: registryHost, repositories, sharedBytes: byRepository.sharedBytes, ...unknown };
}
