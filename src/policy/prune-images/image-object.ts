import { firstClaims } from '../../evidence/claims.ts';
import { formatDuration } from '../../util/pure/duration.ts';
import type { Rule } from '../view.ts';
import { imageApiView } from './image-api-view.ts';
import { reachedByWorkloads } from './in-use.ts';
import { graceMs, type PruneImagesPolicy } from './policy.ts';
import { wording } from './wording.ts';
import { youth } from './youth.ts';

/**
 * An Image. One that an item of a history names goes when all such items go, and one that none names when it is old enough. By size, only
 * those go that a history names, or has named until a run took it out: what lies outside of streams needs its age, whatever its size.
 */
export function imageObject(policy: PruneImagesPolicy): Rule {
  return (view) => {
    const { evidence, nowMs } = view;
    const api = imageApiView(view);
    const used = reachedByWorkloads(view, policy);
    const begun = firstClaims(evidence.retires);
    const tooYoung = youth(policy, nowMs);
    const say = wording();
    const nobody = `no image stream has it, nothing uses it, and it is older than ${formatDuration(graceMs(policy))}`;

    return (image) => {
      if (evidence.resources.kind(image) !== 'image-object' || used.has(image)) return undefined;
      if (policy.namespace !== undefined)
        return say('out-of-namespace', `this run is about namespace ${policy.namespace} alone, and Images are of none`);
      const opaque = api.opaqueBecause(image);
      if (opaque !== undefined) return say('evidence-gap', `it can not be read: ${opaque}`);
      if (!policy.all && !api.isManaged(image))
        return say('not-managed', 'its annotation openshift.io/image.managed is not "true"');
      const isListed = api.isListed(image);
      if (policy.pruneOverSizeLimit && (isListed || begun.has(image))) return undefined;
      const young = tooYoung(evidence.about(image).createdAtMs, 'the Image');
      if (young !== undefined) return say(...young);
      return isListed ? undefined : say('in-no-stream', nobody);
    };
  };
}
