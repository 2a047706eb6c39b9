import type { Condition, PrunePolicy } from './policy.ts';

/** What a survey has to bring, so that all rules of a policy can be answered. */
export interface PolicyNeeds {
  /** The dates in images. */
  readonly created: boolean;
  /** When tags were pushed, as far as the registry tells. */
  readonly pushTimes: boolean;
  /** Names of attributes, sorted: `label:KEY`, `annotation:KEY`, `platform`. */
  readonly attributes: readonly string[];
  /** Which digests tags were on. */
  readonly tagHistory: boolean;
  /** When images were pulled. */
  readonly pulls: boolean;
}

export function policyNeeds(policy: PrunePolicy): PolicyNeeds {
  const leaves = policy.policies.flatMap((one) => [...one.keep, ...one.delete].flatMap(({ when }) => leavesOf(when)));
  const asksFor = (by: string) => leaves.some((leaf) => 'by' in leaf && leaf.by === by);
  const untagged = policy.policies.some(({ untaggedAfterMs }) => untaggedAfterMs !== undefined);
  const named = leaves.flatMap((leaf) => {
    if (leaf.if === 'expired') return leaf.names;
    return leaf.if === 'attribute' ? [leaf.name] : [];
  });
  // By its platform an attestation is told from the images that an index lists.
  const attributes = named.length === 0 ? [] : [...named, 'platform'];
  return {
    created: asksFor('created'),
    pushTimes: asksFor('pushed') || policy.minAgeMs > 0 || untagged || leaves.some((leaf) => leaf.if === 'expired'),
    attributes: [...new Set(attributes)].sort(),
    tagHistory:
      untagged || asksFor('tagged') || leaves.some((leaf) => leaf.if === 'tagRevisions' || leaf.if === 'untagged'),
    pulls: leaves.some((leaf) => leaf.if === 'pulledWithin'),
  };
}

/** The conditions that a condition is made of, without `all`, `any` and `not`. */
export function leavesOf(condition: Condition): readonly Condition[] {
  switch (condition.if) {
    case 'all':
    case 'any':
      return condition.of.flatMap(leavesOf);
    case 'not':
      return leavesOf(condition.of);
    default:
      return [condition];
  }
}
