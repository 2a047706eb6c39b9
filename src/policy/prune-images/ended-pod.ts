import type { Evidence } from '../../evidence/evidence.ts';
import type { ResourceId } from '../../evidence/resource.ts';
import { formatDuration } from '../../util/pure/duration.ts';
import type { Reason } from '../reason.ts';
import type { Rule } from '../view.ts';
import { graceMs, type PruneImagesPolicy } from './policy.ts';

/** A pod that has ended is held by nobody, and still counts while it is young, or of unknown age. */
export function endedPod(policy: PruneImagesPolicy): Rule {
  const young: Reason = {
    code: 'keep-younger-than',
    because: `a pod that has ended, younger than ${formatDuration(graceMs(policy))}`,
  };
  const unknown: Reason = { code: 'age-unknown', because: 'a pod that has ended, and nothing tells its age' };
  return ({ evidence, nowMs }) =>
    (id) => {
      if (evidence.resources.kind(id) !== 'workload') return undefined;
      const { createdAtMs } = evidence.about(id);
      if (createdAtMs === undefined) return unknown;
      return createdAtMs > nowMs - graceMs(policy) ? young : undefined;
    };
}

/** Whether an ended pod still counts. */
export function endedPodCounts(
  evidence: Evidence,
  policy: PruneImagesPolicy,
  nowMs: number,
): (workload: ResourceId) => boolean {
  return (workload) => {
    if (!evidence.exists(workload)) return false;
    const { createdAtMs } = evidence.about(workload);
    return createdAtMs === undefined || createdAtMs > nowMs - graceMs(policy);
  };
}
