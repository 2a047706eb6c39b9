import type { Ruleset } from './decide.ts';
import type { PrunePolicy } from './retention/policy.ts';
import { tallyRules } from './retention/rule-tally.ts';
import { endedWorkload } from './rules/ended-workload.ts';
import { followsSubject } from './rules/follows-subject.ts';
import { retention } from './rules/retention.ts';

export { type PolicyNeeds, policyNeeds } from './retention/needs.ts';
export { policyOf } from './rules/retention.ts';

export interface PruneOptions {
  /** Pods that have ended keep their images for so long since they were made. Milliseconds; default: the policy's least age. */
  readonly endedWorkloadAgeMs?: number;
}

/** The rules of `prune`. */
export interface PruneRules {
  readonly ruleset: Ruleset;
  /** What nothing met, in words: complete once something was decided by {@link ruleset}. */
  idleRules(): readonly string[];
}

/**
 * What `prune` may remove: what nobody uses, and its retention policy lets go. Use is in the evidence (workloads and records that hold),
 * and beats every rule.
 */
export function pruneRuleset(policy: PrunePolicy, options: PruneOptions = {}): PruneRules {
  const tally = tallyRules(policy);
  return {
    ruleset: {
      deletable: new Set(['tag', 'manifest']),
      ruled: new Set(['tag', 'manifest', 'workload']),
      passive: new Set(['workload', 'image-reference']),
      rules: [followsSubject(), retention(policy, tally), endedWorkload(options.endedWorkloadAgeMs ?? policy.minAgeMs)],
    },
    idleRules: () => tally.idle(),
  };
}
