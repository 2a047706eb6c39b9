import { systemName } from '../plan/plan.ts';
import { removeTagRuleset } from '../policy/remove-tag.ts';
import { classOf, type ReconcilePolicy } from '../policy/repository-class.ts';
import { type Planned, type PlanTagsInput, planTags } from './plan-tags.ts';

export interface RemoveTagInput
  extends Omit<PlanTagsInput, 'flow' | 'ruleset' | 'classNameOf' | 'policy' | 'limits' | 'drops'> {
  readonly repository: string;
  readonly tag: string;
  /** Which repositories are protected. */
  readonly policy: ReconcilePolicy;
}

/** One tag by name, through the same stages and guards as any run. The sources look at its repository alone. */
export async function planRemoveTag(input: RemoveTagInput, signal: AbortSignal): Promise<Planned> {
  const scope = `${systemName(input.scope)}/${input.repository}`;
  const policy = { remove: `${scope}:${input.tag}`, ...input.policy };
  const ruleset = removeTagRuleset(scope, input.tag, input.policy);
  const classNameOf = (repository: string) => classOf(input.policy, repository)?.name ?? 'unknown';
  return await planTags(
    { ...input, flow: 'tag-rm', ruleset, policy, limits: {}, drops: async () => [], classNameOf },
    signal,
  );
}
