import type { ResourceId } from '../evidence/resource.ts';
import type { Source } from '../evidence/sink.ts';
import { buildGraph } from '../graph/graph.ts';
import type { DiskUse } from '../report/disk-use.ts';
import { membersByRepository, useByRepository } from './repository-members.ts';
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
  // Blobs alone: a manifest that lies in several repositories may be one copy or many.
  const bytesOf = (id: ResourceId) => (resources.kind(id) === 'blob' ? evidence.sizeBytes(id) : 0);
  const members = membersByRepository(evidence, registryHost);
  const use = useByRepository(evidence, graph, members, bytesOf, withTags);
  const [gap] = evidence.gaps;
  const unknown =
    gap === undefined ? {} : { unknown: `${evidence.gaps.length} things could not be seen, first: ${gap.cause}` };
  return { registry: registryHost, ...use, ...unknown };
}
