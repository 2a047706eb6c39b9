import type { Digest } from '../../oci/digest.ts';
import type { Outcome } from '../outcome.ts';
import type { FreshMark } from './fresh-mark.ts';

/** Blobs that are handed over together: a line in the journal each, and one sync for all. */
export const BATCH = 512;

/** What is in use, as late as it can be known. */
export interface InUse {
  readonly mark: FreshMark;
  /** Named by manifests that were written since the mark began. */
  readonly namedSince: ReadonlySet<Digest>;
}

/** @returns undefined: nothing needs it */
export function whyInUse({ mark, namedSince }: InUse, digest: Digest): Outcome | undefined {
  if (mark.isMarked(digest)) return { result: 'skipped', guard: 'in-use-again', why: 'a manifest that stays needs it' };
  if (namedSince.has(digest)) return { result: 'skipped', guard: 'in-use-again', why: 'a new manifest names it' };
  return undefined;
}
