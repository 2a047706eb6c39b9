import { parseReferrerTag } from '../../oci/referrer-tag.ts';
import type { Rule } from '../view.ts';

/**
 * A signature's, attestation's or fallback tag has no record of its own: it stays and goes with the manifest that it is
 * named for. Where that manifest is not there, the tag stays, unless the manifest was retired (by an earlier run that was cut short).
 */
export function followsSubject(): Rule {
  return ({ evidence }) => {
    const gone = new Set<number>();
    for (let n = 0; n < evidence.retires.length; n += 1) gone.add(evidence.retires.resources[n] as number);
    return (tag) => {
      const { kind, scope, key } = evidence.resources.at(tag);
      if (kind !== 'tag') return undefined;
      const named = parseReferrerTag(key);
      if (named === undefined) return undefined;
      const subject = evidence.resources.find('manifest', scope, named.subject);
      if (subject !== undefined && (evidence.exists(subject) || gone.has(subject))) return undefined;
      return { code: 'orphaned-referrer', because: `${named.subject} is not in this repository` };
    };
  };
}
