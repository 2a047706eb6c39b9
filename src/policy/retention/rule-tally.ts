import type { PrunePolicy, RetentionPolicy, RetentionRule } from './policy.ts';

/** Notes which policies and rules anything has met. */
export interface RuleTally {
  used(policy: RetentionPolicy): void;
  met(rule: RetentionRule): void;
  /** A sentence without a full stop for each policy without a repository, and for each rule that nothing met. */
  idle(): readonly string[];
}

export function tallyRules({ policies }: PrunePolicy): RuleTally {
  const usedPolicies = new Set<RetentionPolicy>();
  const metRules = new Set<RetentionRule>();
  return {
    used: (policy) => void usedPolicies.add(policy),
    met: (rule) => void metRules.add(rule),
    idle: () =>
      policies.flatMap((policy) => {
        const { name, keep, delete: remove } = policy;
        if (!usedPolicies.has(policy)) return [`policy ${name}: it came first for no repository`];
        const idle = [...keep, ...remove].filter((rule) => !metRules.has(rule));
        return idle.map(({ words }) => `policy ${name}: nothing met ${words}`);
      }),
  };
}
