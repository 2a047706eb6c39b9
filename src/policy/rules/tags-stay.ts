import { type Reason, reasons } from '../reason.ts';
import type { Rule } from '../view.ts';

const tagged: Reason = { code: 'tagged', because: reasons.tagged.meaning };

/** All tags stay: for flows that are about what hangs on no tag, or on nothing at all. */
export function tagsStay(): Rule {
  return ({ evidence: { resources } }) =>
    (id) =>
      resources.kind(id) === 'tag' ? tagged : undefined;
}
