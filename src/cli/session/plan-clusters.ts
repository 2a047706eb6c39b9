import type { PlanHeader } from '../../plan/plan.ts';
import { parseClusterSpec } from '../../systems/cluster/index.ts';
import { CodedError } from '../../util/pure/coded-error.ts';
import { type CliErrorCode, cliErrors } from '../errors.ts';

/**
 * The clusters that a plan names, in the short form, to be asked again. They hold no credentials: a kubeconfig is named, not copied.
 *
 * @throws PLAN_CLUSTERS_UNREADABLE
 */
export function clustersOfPlan({ id, clusters = [] }: Pick<PlanHeader, 'id' | 'clusters'>): readonly string[] {
  for (const shown of clusters) {
    try {
      parseClusterSpec(shown);
    } catch (error) {
      if (!(error instanceof CodedError)) throw error;
      throw new CodedError<CliErrorCode>(
        'PLAN_CLUSTERS_UNREADABLE',
        `applying plan ${id}: it names the cluster ${shown}: ${error.message}; nothing was deleted`,
        { hint: cliErrors.PLAN_CLUSTERS_UNREADABLE.hint, cause: error },
      );
    }
  }
  return clusters;
}
