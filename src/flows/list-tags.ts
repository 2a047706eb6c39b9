import { type RecordsNow, recordsNow } from '../apply/guards/records-agree.ts';
import type { Evidence } from '../evidence/evidence.ts';
import { covers, type Gap } from '../evidence/gap.ts';
import { linkRecords, type TagRecord } from '../evidence/link-records.ts';
import type { ResourceId } from '../evidence/resource.ts';
import { type EdgeKind, edgeKinds, type Source } from '../evidence/sink.ts';
import { buildGraph, type Graph, keptBy } from '../graph/graph.ts';
import type { TagRow } from '../report/lists/tags.ts';
import { survey } from './survey.ts';

export interface ListTagsInput {
  /** Surveys the repository, and nothing else. */
  readonly registry: Source;
  /** Empty: nothing is said of records. */
  readonly records: readonly Source[];
  /** Records that a tag's name stands for. */
  readonly recordsOf: (scope: string, tag: string) => readonly TagRecord[];
  /** `registry.example:5000/team/app`. */
  readonly scope: string;
  readonly nowMs: () => number;
}

/** The tags of one repository, by name, and what could not be seen of them. */
export interface TagListing {
  readonly rows: readonly TagRow[];
  readonly gaps: readonly Gap[];
}

/** What is known of each tag of a repository: its image's size and age, and the record that owns it. */
export async function listTags(input: ListTagsInput, signal: AbortSignal): Promise<TagListing> {
  const { registry, records, recordsOf, scope, nowMs } = input;
  const { evidence, sink } = await survey([registry, ...records], nowMs, signal);
  linkRecords(evidence, sink, recordsOf);
  const { resources } = evidence;
  const graph = buildGraph(resources.size, evidence.edges);
  const known = recordsNow(evidence);
  const areRecordsHidden = evidence.gaps.some((gap) => gap.hides === 'holds' && covers(gap.scope, scope));

  // Without such a gap, what holds a manifest is something else: its age, say.
  const isAllRead = !evidence.gaps.some((gap) => gap.hides === 'references' && covers(gap.scope, scope));
  const unreadable = isAllRead ? new Map() : known.held;

  const rows: TagRow[] = [];
  for (let id = 0; id < resources.size; id += 1) {
    if (resources.kind(id) !== 'tag' || resources.scope(id) !== scope || !evidence.exists(id)) continue;
    const { digest, createdAtMs, pushedAtMs } = evidence.about(id);
    const problem = known.held.get(id);
    const sizeBytes = sizeOf(id, evidence, graph, unreadable);
    const record = recordWords(known, id) ?? (areRecordsHidden ? 'unknown' : undefined);
    rows.push({
      tag: resources.key(id),
      ...(digest === undefined ? {} : { digest }),
      ...(sizeBytes === undefined ? {} : { sizeBytes }),
      ...(createdAtMs === undefined ? {} : { createdAtMs }),
      ...(pushedAtMs === undefined ? {} : { pushedAtMs }),
      ...(record === undefined ? {} : { record }),
      ...(problem === undefined ? {} : { problem }),
    });
  }
  rows.sort((a, b) => (a.tag < b.tag ? -1 : 1));
  return { rows, gaps: evidence.gaps.filter((gap) => covers(gap.scope, scope) || gap.scope.startsWith(`${scope}:`)) };
}

/** What an image is made of; what is signed or attached to it is no part of it. */
const parts: ReadonlySet<EdgeKind> = new Set(edgeKinds.filter((kind) => /^(?:tag|child|config|layer)$/.test(kind)));

/** Manifests, configs and layers, each once. Undefined where one of the manifests could not be read. */
function sizeOf(
  tag: ResourceId,
  evidence: Evidence,
  graph: Graph,
  unreadable: ReadonlyMap<ResourceId, string>,
): number | undefined {
  const seen = new Set<ResourceId>([tag]);
  let bytes = 0;
  // A set that grows while it is walked is walked to its end.
  for (const id of seen) {
    if (unreadable.has(id)) return undefined;
    bytes += evidence.sizeBytes(id);
    for (const arc of keptBy(graph, id)) if (parts.has(arc.as)) seen.add(arc.id);
  }
  return bytes;
}

/** The record that decides: one that holds, else one that is done with it; and how many others there are. */
function recordWords({ owners, held, retired }: RecordsNow, tag: ResourceId): string | undefined {
  const records = [...new Set(owners.get(tag) ?? [])];
  const [decisive] = [held, retired].flatMap((claims) => records.flatMap((record) => claims.get(record) ?? []));
  if (decisive === undefined) return undefined;
  return records.length === 1 ? decisive : `${decisive}, and ${records.length - 1} more`;
}
