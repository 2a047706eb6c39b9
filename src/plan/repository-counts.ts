import { formatResource, type ResourceId, repositoryIn } from '../evidence/resource.ts';
import type { Decisions } from '../policy/decide.ts';
import type { ReasonCode } from '../policy/reason.ts';
import { recordWords, tagsOf, type View } from '../policy/view.ts';
import type { RegistryActions } from './registry-actions.ts';

/** Counts of one repository. `found` = `removed` + all that is kept, for any reason; `live` are those that an active record holds, or a workload uses. */
export interface RepositoryCounts {
  readonly repository: string;
  /** Name of the class in the policy, or `unknown`. */
  readonly class: string;
  readonly found: number;
  readonly live: number;
  readonly removed: number;
  readonly keptByReason: Readonly<Partial<Record<ReasonCode, number>>>;
  /** Bytes in blobs that only the tags to be removed hold. */
  readonly freesBytes: number;
}

/** Counts tags by repository, empty repositories too, sorted by name. */
export function countRepositories(
  view: View,
  decisions: Decisions,
  { actions, keptAfterAll }: RegistryActions,
  classOf: (repository: string) => string,
  isUsed: (tag: ResourceId) => boolean = () => false,
): readonly RepositoryCounts[] {
  const { resources } = view.evidence;
  const rows = new Map<string, Row>();
  const rowOf = (repository: string): Row => {
    const row = rows.get(repository) ?? { found: 0, live: 0, removed: 0, freesBytes: 0, kept: new Map() };
    rows.set(repository, row);
    return row;
  };

  for (let id = 0; id < resources.size; id += 1)
    if (resources.kind(id) === 'repository' && view.evidence.exists(id)) rowOf(resources.key(id));
  const recordOf = recordWords(view);
  for (const tag of tagsOf(view.evidence)) {
    const row = rowOf(repositoryIn(resources.scope(tag)));
    row.found += 1;
    if (isUsed(tag) || recordOf(tag).status === 'active') row.live += 1;
    const kept = keptReason(decisions, keptAfterAll, tag);
    if (kept === undefined) row.removed += 1;
    else row.kept.set(kept, (row.kept.get(kept) ?? 0) + 1);
  }
  for (const { target, freesBytes } of actions) rowOf(repositoryIn(target.scope)).freesBytes += freesBytes;

  return [...rows]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([repository, { kept, ...row }]) => ({
      repository,
      class: classOf(repository),
      ...row,
      keptByReason: Object.fromEntries(kept),
    }));
}

interface Row {
  found: number;
  live: number;
  removed: number;
  freesBytes: number;
  readonly kept: Map<ReasonCode, number>;
}

function keptReason(
  decisions: Decisions,
  keptAfterAll: RegistryActions['keptAfterAll'],
  tag: ResourceId,
): ReasonCode | undefined {
  if (!decisions.isDeleted(tag)) return decisions.reasonOf(tag).code;
  return keptAfterAll.get(tag)?.code;
}

/** Adds up what the repositories keep, by reason. */
export function sumByReason(repositories: readonly RepositoryCounts[]): Readonly<Partial<Record<ReasonCode, number>>> {
  const sums: Partial<Record<ReasonCode, number>> = {};
  for (const { keptByReason } of repositories)
    for (const [code, count] of Object.entries(keptByReason) as [ReasonCode, number][])
      sums[code] = (sums[code] ?? 0) + count;
  return sums;
}

/** One kept tag with its reason, for those who ask to see them. */
export interface KeptTag {
  readonly target: string;
  readonly reason: ReasonCode;
  readonly because: string;
}

/** All tags that stay, sorted by name. */
export function* keptTags(view: View, decisions: Decisions, { keptAfterAll }: RegistryActions): Generator<KeptTag> {
  const { resources } = view.evidence;
  const named = [...tagsOf(view.evidence)].map((tag) => ({ tag, target: formatResource(resources.at(tag)) }));
  for (const { tag, target } of named.sort((a, b) => (a.target < b.target ? -1 : 1))) {
    const reason = decisions.isDeleted(tag) ? keptAfterAll.get(tag) : decisions.reasonOf(tag);
    if (reason !== undefined) yield { target, reason: reason.code, because: reason.because };
  }
}
