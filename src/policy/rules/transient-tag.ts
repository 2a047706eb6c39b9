import { repositoryIn } from '../../evidence/resource.ts';
import { parseReferrerTag } from '../../oci/referrer-tag.ts';
import { formatDuration } from '../../util/pure/duration.ts';
import type { ClassLookup, TransientClass } from '../repository-class.ts';
import { type Rule, type Ruling, recordWords, type View } from '../view.ts';

/** A tag of a transient repository without a record: kept, or retired after its class's own minimum age. */
export function transientTag(classOf: ClassLookup): Rule {
  return (view) => {
    const recordOf = recordWords(view);
    const { resources } = view.evidence;
    return (tag) => {
      if (resources.kind(tag) !== 'tag') return undefined;
      const found = classOf(repositoryIn(resources.scope(tag)));
      if (found?.kind !== 'transient' || parseReferrerTag(resources.key(tag)) !== undefined) return undefined;
      return recordOf(tag).status === 'none' ? withoutRecord(view, found, tag) : undefined;
    };
  };
}

/** Counted from the push where the registry tells it, else from the first sight: never from a date inside the image, which may be older than the push. */
function withoutRecord(view: View, found: TransientClass, tag: number): Ruling {
  if (found.whenNoRecord === 'keep')
    return { code: 'no-record', because: `no record is known for it (class ${found.name})` };
  const since = view.evidence.about(tag).pushedAtMs ?? view.firstSeenMs(tag);
  if (since === undefined)
    return { code: 'age-unknown', because: 'no record is known for it, and Winnow sees it for the first time' };
  const ageMs = view.nowMs - since;
  const known = `no record is known for it, and it has been there for ${formatDuration(ageMs)}`;
  return ageMs >= found.noRecordMinAgeMs
    ? { code: 'no-record-expired', because: known }
    : { code: 'keep-younger-than', because: `${known}, less than ${formatDuration(found.noRecordMinAgeMs)}` };
}
