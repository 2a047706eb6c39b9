import { firstClaims } from '../../evidence/claims.ts';
import { formatResource } from '../../evidence/resource.ts';
import { formatDuration } from '../../util/pure/duration.ts';
import type { Rule } from '../view.ts';

/**
 * A pod that has ended keeps its images while it is young: somebody may look at it, or start it again.
 *
 * @param minAgeMs - older ones keep nothing.
 */
export function endedWorkload(minAgeMs: number): Rule {
  return ({ evidence, nowMs }) => {
    const held = firstClaims(evidence.holds);
    const { resources } = evidence;
    return (id) => {
      if (resources.kind(id) !== 'workload' || held.has(id)) return undefined;
      const name = formatResource(resources.at(id));
      const { createdAtMs } = evidence.about(id);
      if (createdAtMs === undefined)
        return { code: 'age-unknown', because: `${name} has ended, and nothing tells when it was made` };
      const ageMs = nowMs - createdAtMs;
      if (ageMs >= minAgeMs) return undefined;
      const age = formatDuration(Math.max(0, ageMs));
      return { code: 'keep-younger-than', because: `${name} has ended, and was made ${age} ago` };
    };
  };
}
