import { formatDuration } from '../../util/pure/duration.ts';
import type { Rule } from '../view.ts';
import { attribute } from './attribute.ts';
import type { NodeGcPolicy } from './policy.ts';
import { newestOfPod } from './superseded.ts';

/** Containers that have ended. One without a pod is somebody else's, and stays. */
export function endedContainer({ containers }: NodeGcPolicy): Rule {
  return ({ evidence, nowMs }) => {
    const isNewest = newestOfPod(evidence, 'container');
    return (id) => {
      if (evidence.resources.kind(id) !== 'container' || attribute(evidence, id, 'state') !== 'exited')
        return undefined;
      if (containers === 'none') return { code: 'not-asked-for', because: 'containers are left alone' };
      if (attribute(evidence, id, 'pod-uid') === '') return { code: 'foreign', because: 'it belongs to no pod' };
      if (containers === 'superseded' && isNewest(id))
        return { code: 'newest-of-pod', because: 'its pod has no newer attempt of it: logs and last state hang on it' };
      const endedAtMs = evidence.about(id).lastUsedAtMs;
      const ago =
        endedAtMs === undefined ? 'it has ended' : `it ended ${formatDuration(Math.max(0, nowMs - endedAtMs))} ago`;
      return { code: 'ended', because: isNewest(id) ? ago : `${ago}, and its pod has a newer attempt` };
    };
  };
}

/** Sandboxes that are not ready. One whose containers stay is kept by them. */
export function staleSandbox({ sandboxes, sandboxMinAgeMs }: NodeGcPolicy): Rule {
  return ({ evidence, nowMs }) => {
    const isNewest = newestOfPod(evidence, 'sandbox');
    return (id) => {
      if (evidence.resources.kind(id) !== 'sandbox' || attribute(evidence, id, 'state') !== 'not-ready')
        return undefined;
      if (sandboxes === 'none') return { code: 'not-asked-for', because: 'sandboxes are left alone' };
      if (sandboxes === 'superseded' && isNewest(id))
        return { code: 'newest-of-pod', because: 'its pod has no newer sandbox' };
      const { createdAtMs } = evidence.about(id);
      if (createdAtMs === undefined)
        return { code: 'age-unknown', because: 'the runtime does not tell when it was made' };
      const ageMs = Math.max(0, nowMs - createdAtMs);
      const age = `it is not ready, and was made ${formatDuration(ageMs)} ago`;
      return ageMs < sandboxMinAgeMs
        ? { code: 'keep-younger-than', because: `${age}, less than ${formatDuration(sandboxMinAgeMs)}` }
        : { code: 'stale-sandbox', because: age };
    };
  };
}
