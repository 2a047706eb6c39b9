import type { ResourceId } from '../../evidence/resource.ts';
import { parseStreamItemKey } from '../../evidence/stream-item.ts';
import { parseReferrerTag } from '../../oci/referrer-tag.ts';
import { formatBytes } from '../../util/pure/bytes.ts';
import type { Rule, Ruling } from '../view.ts';
import { imageApiView, type StreamView } from './image-api-view.ts';
import { reachedByWorkloads } from './in-use.ts';
import type { PruneImagesPolicy } from './policy.ts';
import { wording } from './wording.ts';
import { youth } from './youth.ts';

/**
 * An item of a tag's history. It stays in every other namespace than the one that is asked for; while its Image can't be read; while it is
 * young, or its stream is. It goes when its Image is gone. Else it is judged by size alone, or by its place in the history. A tag that
 * is named for another image stays and goes with that image.
 */
export function streamItem(policy: PruneImagesPolicy): Rule {
  return (view) => {
    const { evidence, nowMs } = view;
    const api = imageApiView(view);
    const used = reachedByWorkloads(view, policy);
    const tooYoung = youth(policy, nowMs);
    const say = wording();

    return (item) => {
      if (evidence.resources.kind(item) !== 'stream-item') return undefined;
      const name = parseStreamItemKey(evidence.resources.key(item));
      const stream = api.streamOf(item);
      if (policy.namespace !== undefined && stream.namespace !== policy.namespace)
        return say('out-of-namespace', `this run is about namespace ${policy.namespace} alone`);
      if (used.has(item) || name === undefined) return undefined;
      const image = api.imageOf(item);
      if (image === undefined) return withoutImage(item, stream, name.image);
      const opaque = api.opaqueBecause(image);
      if (opaque !== undefined) return say('evidence-gap', `its Image can not be read: ${opaque}`);
      const ruling = policy.pruneOverSizeLimit ? bySize(image, stream) : byHistory(item, name.index, stream);
      const follows = ruling !== undefined && keptByPlace.has(ruling.code) && api.isThere(subjectOf(name.tag));
      return follows ? undefined : ruling;
    };

    function withoutImage(item: ResourceId, stream: StreamView, digest: string): Ruling {
      return stillYoung(item, stream) ?? say('image-is-gone', `the Image ${digest} is not there`);
    }

    function byHistory(item: ResourceId, index: number, stream: StreamView): Ruling {
      const words = `revision ${index} of its tag, of which the newest ${policy.keepTagRevisions} stay`;
      const isKept = index < policy.keepTagRevisions;
      return stillYoung(item, stream) ?? say(isKept ? 'in-tag-history' : 'beyond-tag-revisions', words);
    }

    function stillYoung(item: ResourceId, stream: StreamView): Ruling {
      const young =
        tooYoung(evidence.about(item).createdAtMs, 'the item') ?? tooYoung(stream.createdAtMs, 'its stream');
      return young === undefined ? undefined : say(...young);
    }

    function bySize(image: ResourceId, { maxImageBytes }: StreamView): Ruling {
      const { sizeBytes } = evidence.about(image);
      if (maxImageBytes === undefined) return say('within-size-limit', 'its project limits no sizes of images');
      if (sizeBytes === undefined) return say('within-size-limit', 'nothing tells its size');
      const words = `it has ${formatBytes(sizeBytes)}, and its project allows ${formatBytes(maxImageBytes)}`;
      return say(sizeBytes > maxImageBytes ? 'over-size-limit' : 'within-size-limit', words);
    }
  };
}

const keptByPlace: ReadonlySet<string> = new Set(['in-tag-history', 'within-size-limit']);

function subjectOf(tag: string): string | undefined {
  return parseReferrerTag(tag)?.subject;
}
