import { adjacency } from '../../evidence/adjacency.ts';
import { firstClaims } from '../../evidence/claims.ts';
import type { Evidence } from '../../evidence/evidence.ts';
import type { Gap } from '../../evidence/gap.ts';
import { readName } from '../../evidence/link-references.ts';
import { type MightMean, mightMean } from '../../evidence/might-mean.ts';
import {
  isMeant,
  type Meaning,
  meaningsOf,
  meaningsOfPlace,
  type ReferenceRules,
} from '../../evidence/reference-rules.ts';
import { formatResource, type ResourceId } from '../../evidence/resource.ts';

/** What clusters use at this moment, of one registry. Words tell who uses it by which name. */
export interface UsesNow {
  /** Of this registry's scopes. */
  readonly gaps: readonly Gap[];
  userOfTag(scope: string, tag: string): string | undefined;
  userOfDigest(digest: string): string | undefined;
  /** Who names something that can't be read, and may mean this repository or this digest. */
  userByBadName(scope: string, digest: string | undefined): string | undefined;
  /** Whether any image is named by a digest alone, which may be that of its config. */
  readonly namesConfigs: boolean;
}

export interface UsesNowOptions {
  readonly ownHost: string;
  readonly rules: ReferenceRules;
  /** Workloads that have ended count where they were made after this: the plan did not know them. UTC milliseconds. */
  readonly sinceMs: number;
}

interface NamedTag {
  readonly meaning: Meaning;
  readonly by: string;
}

/** Makes what the clusters stated fit for being asked. */
export function usesNow(evidence: Evidence, { ownHost, rules, sinceMs }: UsesNowOptions): UsesNow {
  const tags = new Map<string, NamedTag[]>();
  const digests = new Map<string, string>();
  const badNames: { readonly might: MightMean; readonly by: string }[] = [];
  let namesConfigs = false;
  const meaningOf = meaningsOf(ownHost, rules);
  const meaningOfStream = meaningsOf(ownHost, { ...rules, defaultRegistries: [] });
  for (const { name, scope, by } of namesInUse(evidence, sinceMs)) {
    const read = readName(name);
    if ('why' in read) {
      if (rules.bad !== 'ignore') badNames.push({ might: mightMean(name), by });
      continue;
    }
    const { repository, tag, digest } = read;
    if (digest !== undefined && !digests.has(digest)) digests.set(digest, by);
    if (repository === undefined) namesConfigs = true;
    else if (tag !== undefined || digest === undefined) {
      const meaning = (scope === '' ? meaningOf : meaningOfStream)({ ...read, repository });
      const named = tags.get(tag ?? 'latest') ?? [];
      tags.set(tag ?? 'latest', named);
      named.push({ meaning, by });
    }
  }
  const repositoryOf = (scope: string) => scope.slice(ownHost.length + 1);
  return {
    gaps: evidence.gaps.flatMap((gap) => [gap, ...repeated(gap, ownHost, rules)]),
    namesConfigs,
    userOfTag: (scope, tag) => tags.get(tag)?.find(({ meaning }) => isMeant(meaning, repositoryOf(scope)))?.by,
    userOfDigest: (digest) => digests.get(digest),
    userByBadName: (scope, digest) =>
      badNames.find(
        ({ might }) => might.repository(repositoryOf(scope)) || (digest !== undefined && might.digest(digest)),
      )?.by,
  };
}

function repeated(gap: Gap, ownHost: string, { aliases }: ReferenceRules): readonly Gap[] {
  if (gap.scope === '') return [];
  return [...meaningsOfPlace(gap.scope, ownHost, aliases)].map((scope) => ({ ...gap, scope }));
}

/**
 * The names of images that workloads use, each with who uses it.
 *
 * @param sinceMs - workloads that have ended count where they were made after this. UTC milliseconds
 */
export function* namesInUse(
  evidence: Evidence,
  sinceMs: number,
): Generator<{ readonly name: string; readonly scope: string; readonly by: string }> {
  const { resources, edges, holds, about } = evidence;
  const users = adjacency(resources.size, edges, ['uses'], 'backward');
  const held = firstClaims(holds);
  const counts = (workload: ResourceId) =>
    held.has(workload) || (about(workload).createdAtMs ?? Number.POSITIVE_INFINITY) >= sinceMs;
  for (let id = 0; id < resources.size; id += 1) {
    if (resources.kind(id) !== 'image-reference') continue;
    const user = [...users(id)].find(counts);
    if (user === undefined) continue;
    const { key: name, scope } = resources.at(id);
    yield { name, scope, by: `${held.get(user) ?? formatResource(resources.at(user))} uses ${name}` };
  }
}
