import { reconcileRuleset } from '../policy/reconcile.ts';
import { classOf, type ReconcilePolicy } from '../policy/repository-class.ts';
import { type Planned, type PlanTagsInput, planTags } from './plan-tags.ts';

export interface ReconcileInput extends Omit<PlanTagsInput, 'flow' | 'ruleset' | 'classNameOf' | 'policy'> {
  readonly policy: ReconcilePolicy;
}

/** Registry tags against a record database. */
export async function planReconcile(input: ReconcileInput, signal: AbortSignal): Promise<Planned> {
  const { policy } = input;
  const classNameOf = (repository: string) => classOf(policy, repository)?.name ?? 'unknown';
  return await planTags({ ...input, flow: 'reconcile', ruleset: reconcileRuleset(policy), classNameOf }, signal);
}
