import { firstClaims } from '../../evidence/claims.ts';
import { type ResourceId, repositoryIn } from '../../evidence/resource.ts';
import { parseReferrerTag } from '../../oci/referrer-tag.ts';
import { matchesGlob } from '../../util/pure/glob.ts';
import { type Candidate, isAttached, type Standing, standings } from '../retention/candidate.ts';
import type { Sight } from '../retention/conditions/prepare.ts';
import { type Judge, judge } from '../retention/judge.ts';
import { pastOfTags } from '../retention/past-of-tags.ts';
import type { PrunePolicy, RetentionPolicy } from '../retention/policy.ts';
import type { RuleTally } from '../retention/rule-tally.ts';
import { beginnings } from '../retention/times.ts';
import { manifestOf, type Rule, type Ruling, tagsOf, type View } from '../view.ts';

/** The first policy that names a repository; undefined: none does, and all that lies in it stays. */
export function policyOf({ policies }: PrunePolicy, repository: string): RetentionPolicy | undefined {
  return policies.find(({ repositories }) => repositories.some((glob) => matchesGlob(glob, repository)));
}

/** Tags, and manifests that no tag leads to: what the first policy that names their repository says of them. */
export function retention(policy: PrunePolicy, tally: RuleTally): Rule {
  return (view) => {
    const { resources } = view.evidence;
    const sight = makeSight(view);
    const standingOf = standings(view);
    const isRetired = retiredBefore(view);
    const judges = new Map(policy.policies.map((one) => [one, judge(one, sight, policy.minAgeMs, tally)]));
    const found = new Map<string, Judge | undefined>();
    const judgeOf = (scope: string) => {
      if (found.has(scope)) return found.get(scope);
      const first = policyOf(policy, repositoryIn(scope));
      if (first !== undefined) tally.used(first);
      const here = first === undefined ? undefined : judges.get(first);
      found.set(scope, here);
      return here;
    };
    return (id) => {
      const kind = resources.kind(id);
      if (kind !== 'tag' && kind !== 'manifest') return undefined;
      const scope = resources.scope(id);
      const here = judgeOf(scope);
      if (here === undefined) return { code: 'no-policy', because: `no policy names ${repositoryIn(scope)}` };
      return ruling(view, here, standingOf(id), isRetired);
    };
  };
}

function ruling(view: View, here: Judge, standing: Standing, isRetired: (id: ResourceId) => boolean): Ruling {
  switch (standing.as) {
    case 'judged':
      return here.verdict(standing.candidate);
    case 'attached':
      return here.keeper(standing.candidate);
    case 'left':
      return here.keeperOfPast(standing.candidate);
    case 'orphan': {
      if (isRetired(standing.subject)) return undefined;
      const subject = view.evidence.resources.key(standing.subject);
      return { code: 'orphaned-referrer', because: `${subject} is not in this repository` };
    }
    case 'follows':
      return undefined;
  }
}

function makeSight(view: View): Sight {
  const past = pastOfTags(view);
  const { resources } = view.evidence;
  let byScope: Map<string, Candidate[]> | undefined;
  return {
    view,
    beginnings: beginnings(view, past),
    rankedTags: (scope) => {
      byScope ??= tagsByScope(view);
      return byScope.get(scope) ?? [];
    },
    placeInHistory: past === undefined ? undefined : (scope, digest) => past(scope, digest)?.place,
  };

  function tagsByScope(of: View): Map<string, Candidate[]> {
    const tags = new Map<string, Candidate[]>();
    for (const id of tagsOf(of.evidence)) {
      const [scope, tag] = [resources.scope(id), resources.key(id)];
      if (parseReferrerTag(tag) !== undefined || isAttached(of, id)) continue;
      const list = tags.get(scope) ?? [];
      tags.set(scope, list);
      list.push({ id, scope, tag, manifest: manifestOf(of, id) });
    }
    return tags;
  }
}

/** What an earlier run had begun to remove: what belongs to it goes with it. */
function retiredBefore({ evidence }: View): (id: ResourceId) => boolean {
  const retired = firstClaims(evidence.retires);
  return (id) => retired.has(id);
}
