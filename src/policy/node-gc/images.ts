import type { Evidence } from '../../evidence/evidence.ts';
import type { ResourceId } from '../../evidence/resource.ts';
import { formatDuration } from '../../util/pure/duration.ts';
import type { Rule, Ruling, View } from '../view.ts';
import { attribute } from './attribute.ts';
import type { ImagePolicy, LabelFilter } from './policy.ts';

/** Fits a name of an image; the pattern's own words for reasons. */
export type NameMatcher = (name: string) => string | undefined;

export interface ImageMatchers {
  readonly keep: NameMatcher;
  readonly only: NameMatcher | undefined;
  /** Since when nothing has used it, as far as is remembered. */
  readonly unusedSinceMs: (id: ResourceId) => number | undefined;
}

/** Images that nothing uses. What is used is kept by its users, whatever is said here. */
export function unusedImage(policy: ImagePolicy, matchers: ImageMatchers): Rule {
  return (view) => {
    const rankOf = ranks(view.evidence);
    return (id) => {
      if (view.evidence.resources.kind(id) !== 'node-image') return undefined;
      return (
        byName(view, id, matchers) ??
        byLabel(view, id, policy) ??
        byPull(view, id, policy, matchers) ??
        byUse(view, id, policy, matchers) ??
        byBuild(view, id, policy) ??
        byRank(policy, rankOf(id)) ?? { code: 'unused', because: whyUnused(view, id, policy, matchers) }
      );
    };
  };
}

/** Tags and digests, as they can be pulled. */
export function namesOf(evidence: Evidence, image: ResourceId): readonly string[] {
  return attribute(evidence, image, 'names')
    .split(' ')
    .filter((name) => name !== '');
}

function byName({ evidence }: View, id: ResourceId, { keep, only }: ImageMatchers): Ruling {
  const names = namesOf(evidence, id).filter((name) => !name.includes('@'));
  for (const name of names) {
    const pattern = keep(name);
    if (pattern !== undefined) return { code: 'kept-by-policy', because: `${name} is to stay (${pattern})` };
  }
  if (only === undefined || names.some((name) => only(name) !== undefined)) return undefined;
  return { code: 'not-asked-for', because: 'none of its names is among those that may go' };
}

function byLabel({ evidence }: View, id: ResourceId, { labels }: ImagePolicy): Ruling {
  if (labels.length > 0 && attribute(evidence, id, 'labels-unread') !== '')
    return { code: 'not-asked-for', because: 'its labels could not be read' };
  const unmet = labels.find((filter) => !isMet(filter, evidence.about(id).attributes?.[`label:${filter.key}`]));
  if (unmet === undefined) return undefined;
  const words = `${unmet.key}${unmet.value === undefined ? '' : `=${unmet.value}`}`;
  return { code: 'not-asked-for', because: unmet.absent ? `it has the label ${words}` : `it has no label ${words}` };
}

function isMet({ value, absent }: LabelFilter, actual: string | undefined): boolean {
  const has = actual !== undefined && (value === undefined || actual === value);
  return has !== absent;
}

/** Where the runtime does not tell (Docker), an image has been there since it was first seen at the latest. */
function byPull(
  { evidence, nowMs }: View,
  id: ResourceId,
  { minPullAgeMs }: ImagePolicy,
  { unusedSinceMs }: ImageMatchers,
): Ruling {
  const { pushedAtMs } = evidence.about(id);
  if (minPullAgeMs === 0) return undefined;
  if (pushedAtMs !== undefined) return tooYoung('pulled', nowMs - pushedAtMs, minPullAgeMs);
  const since = unusedSinceMs(id);
  if (since === undefined) return { code: 'age-unknown', because: 'nothing tells when it was pulled' };
  return tooYoung('first seen, or last in use,', nowMs - since, minPullAgeMs);
}

function byUse(
  { nowMs }: View,
  id: ResourceId,
  { minUnusedAgeMs }: ImagePolicy,
  { unusedSinceMs }: ImageMatchers,
): Ruling {
  if (minUnusedAgeMs === undefined) return undefined;
  const since = unusedSinceMs(id);
  if (since === undefined) return { code: 'age-unknown', because: 'it is seen unused for the first time' };
  return tooYoung('last seen in use', nowMs - since, minUnusedAgeMs);
}

function byBuild({ evidence, nowMs }: View, id: ResourceId, { minBuildAgeMs }: ImagePolicy): Ruling {
  if (minBuildAgeMs === undefined) return undefined;
  const { createdAtMs } = evidence.about(id);
  if (createdAtMs === undefined) return { code: 'age-unknown', because: 'it does not tell when it was built' };
  return tooYoung('built', nowMs - createdAtMs, minBuildAgeMs);
}

function tooYoung(what: string, ageMs: number, leastMs: number): Ruling {
  if (ageMs >= leastMs) return undefined;
  return {
    code: 'keep-younger-than',
    because: `it was ${what} ${formatDuration(Math.max(0, ageMs))} ago, less than ${formatDuration(leastMs)}`,
  };
}

function byRank({ keepPerRepository }: ImagePolicy, rank: number | undefined): Ruling {
  if (keepPerRepository === undefined) return undefined;
  if (rank === undefined) return { code: 'age-unknown', because: 'nothing tells when it was pulled' };
  return rank <= keepPerRepository
    ? { code: 'keep-newest', because: `number ${rank} of the latest ${keepPerRepository} of its repository` }
    : undefined;
}

function whyUnused(
  { evidence, nowMs }: View,
  id: ResourceId,
  _: ImagePolicy,
  { unusedSinceMs }: ImageMatchers,
): string {
  const since = unusedSinceMs(id);
  const { pushedAtMs } = evidence.about(id);
  const parts = [
    'no container uses it',
    since === undefined ? '' : `not seen in use for ${formatDuration(Math.max(0, nowMs - since))}`,
    pushedAtMs === undefined ? '' : `pulled ${formatDuration(Math.max(0, nowMs - pushedAtMs))} ago`,
  ];
  return parts.filter((part) => part !== '').join(', ');
}

/** Its place among the images of its repository, latest pull first; the best where it has names in several. */
function ranks(evidence: Evidence): (id: ResourceId) => number | undefined {
  const byRepository = new Map<string, Set<ResourceId>>();
  for (let id = 0; id < evidence.resources.size; id += 1) {
    if (evidence.resources.kind(id) !== 'node-image' || !evidence.exists(id)) continue;
    if (evidence.about(id).pushedAtMs === undefined) continue;
    for (const name of namesOf(evidence, id)) {
      const repository = repositoryOf(name);
      byRepository.set(repository, (byRepository.get(repository) ?? new Set()).add(id));
    }
  }
  const best = new Map<ResourceId, number>();
  const pulled = (id: ResourceId) => evidence.about(id).pushedAtMs ?? 0;
  for (const ids of byRepository.values())
    [...ids]
      .sort((a, b) => pulled(b) - pulled(a) || a - b)
      .forEach((id, index) => {
        best.set(id, Math.min(best.get(id) ?? index + 1, index + 1));
      });
  return (id) => best.get(id);
}

/** `host:5000/team/app:v1` and `host:5000/team/app@sha256:…` → `host:5000/team/app`. */
export function repositoryOf(name: string): string {
  const [path = ''] = name.split('@');
  const colon = path.lastIndexOf(':');
  return colon > path.lastIndexOf('/') ? path.slice(0, colon) : path;
}
