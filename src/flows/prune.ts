import type { BadReference } from '../evidence/bad-reference.ts';
import type { Evidence } from '../evidence/evidence.ts';
import { linkReferences, readName } from '../evidence/link-references.ts';
import { linkReferrerTags } from '../evidence/link-referrer-tags.ts';
import { isMeant, type Meaning, meaningsOf, type ReferenceRules } from '../evidence/reference-rules.ts';
import { repositoryIn } from '../evidence/resource.ts';
import type { Source } from '../evidence/sink.ts';
import type { Digest } from '../oci/digest.ts';
import { systemName } from '../plan/plan.ts';
import type { PlanReferences } from '../plan/references.ts';
import { reachedByUses, withUses } from '../policy/in-use.ts';
import { policyOf, pruneRuleset } from '../policy/prune.ts';
import type { PrunePolicy } from '../policy/retention/policy.ts';
import type { Rule } from '../policy/view.ts';
import { assertReadable } from './bad-references.ts';
import { type LookAt, type Planned, type PlanTagsInput, planTags, type UsesInput } from './plan-tags.ts';
import { usesElsewhere } from './uses-elsewhere.ts';

export interface PruneInput
  extends Omit<PlanTagsInput, 'flow' | 'ruleset' | 'classNameOf' | 'policy' | 'uses'>,
    Pick<UsesInput, 'recall'> {
  readonly policy: PrunePolicy;
  /** `Cluster.uses()` of each cluster. None: what runs is not asked after, and that was said in so many words. */
  readonly clusters: readonly Source[];
  /** All clusters, as on a command line, without credentials. */
  readonly clustersShown: readonly string[];
  readonly references: PlanReferences;
  readonly keepIndexOfUsedChild: boolean;
  /** Digests that the tags of a repository are remembered by. */
  readonly pastDigests: LookAt;
  /** Repositories in which nothing goes: snapshots of clusters lie there. */
  readonly protectedRepositories: readonly string[];
}

/**
 * Images of any registry that nobody uses, by policies of retention.
 *
 * @throws REFERENCES_UNREADABLE where bad references are to stop it, and there are any.
 */
export async function planPrune(input: PruneInput, signal: AbortSignal): Promise<Planned> {
  const { policy, references, clusters, keepIndexOfUsedChild, recall } = input;
  const ownHost = systemName(input.scope);
  const { ruleset: retention, idleRules } = pruneRuleset(policy);
  const ruleset = { ...retention, rules: [snapshotsStay(input.protectedRepositories), ...retention.rules] };
  let bad: readonly BadReference[] = [];
  const uses: UsesInput = {
    sources: clusters,
    recall,
    alsoLookAt: (used) => lookAt(used, ownHost, references, input.pastDigests),
    link: (evidence, sink) => {
      linkReferrerTags(evidence, sink);
      bad = linkReferences(evidence, sink, { ...references, ownHost, keepIndexOfUsedChild });
      if (references.bad === 'abort') assertReadable(bad);
    },
    reword: (view, decisions) => {
      const texts = new Set(bad.map(({ reference }) => reference));
      return withUses(view, decisions, (reference) => texts.has(reference));
    },
    isUsed: reachedByUses,
  };
  const classNameOf = (repository: string) => policyOf(policy, repository)?.name ?? 'none';
  const planned = await planTags({ ...input, flow: 'prune', ruleset, uses, classNameOf }, signal);

  const { header, actions } = planned.plan;
  const strange = clusters.length === 0 ? [] : usesElsewhere(planned.view.evidence, ownHost);
  const told = {
    ...{ clusters: input.clustersShown, references, badReferences: bad, idleRules: idleRules() },
    broken: header.actionCount === 0 ? header.broken : [...header.broken, ...strange],
  };
  return { ...planned, plan: { header: { ...header, ...told }, actions } };
}

function snapshotsStay(repositories: readonly string[]): Rule {
  const because = 'snapshots of clusters lie there';
  return ({ evidence: { resources } }) =>
    (id) =>
      repositories.includes(repositoryIn(resources.scope(id))) ? { code: 'protected-repository', because } : undefined;
}

/** What is used by digest is looked for in the repositories that its name means, as no tag may lead to it any longer. */
function lookAt(used: Evidence, ownHost: string, rules: ReferenceRules, pastDigests: LookAt): LookAt {
  const { resources } = used;
  const meaningOf = meaningsOf(ownHost, rules);
  const named: { readonly digest: Digest; readonly meaning: Meaning }[] = [];
  for (let id = 0; id < resources.size; id += 1) {
    if (resources.kind(id) !== 'image-reference') continue;
    const read = readName(resources.key(id));
    if ('why' in read || read.digest === undefined || read.repository === undefined) continue;
    named.push({ digest: read.digest, meaning: meaningOf({ ...read, repository: read.repository }) });
  }
  return async (repository) => {
    const here = named.filter(({ meaning }) => isMeant(meaning, repository)).map(({ digest }) => digest);
    return [...new Set([...here, ...(await pastDigests(repository))])];
  };
}
