import { type Reason, reasons } from '../reason.ts';
import type { Rule } from '../view.ts';

const stored: Reason = { code: 'stored-manifest', because: reasons['stored-manifest'].meaning };

/** Every manifest that a repository has stays, whether a tag leads to it or not: who pulls by digest counts on it. */
export function storedManifest(): Rule {
  return ({ evidence: { resources } }) =>
    (id) =>
      resources.kind(id) === 'manifest' ? stored : undefined;
}
