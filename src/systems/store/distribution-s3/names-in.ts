import { createHash } from 'node:crypto';
import type { Digest } from '../../../oci/digest.ts';
import type { ReferenceKind } from '../../../oci/manifest.ts';
import { referencesOf } from '../references.ts';

/** What content names: each digest once for each way in which it is named. `foreign`: it lies elsewhere, and the store need not have it. */
export type Names = readonly (readonly [as: ReferenceKind, digest: Digest, foreign?: 'foreign'])[];

/**
 * What a manifest names: what its type says, and, `opaque`, every further digest that stands anywhere in its bytes.
 *
 * @returns why it can not be relied on, where it is not the manifest that it should be.
 */
export function namesIn(digest: Digest, bytes: Uint8Array): Names | string {
  const algorithm = digest.startsWith('sha512:') ? 'sha512' : 'sha256';
  if (`${algorithm}:${createHash(algorithm).update(bytes).digest('hex')}` !== digest)
    return 'its bytes are not those of its digest';
  const references = referencesOf(bytes);
  if (typeof references === 'string') return references;
  const { names, foreign } = references;
  // An opaque reference is one by the look of it: whether its data lies elsewhere is not known.
  return names.map(([as, to]) => (foreign.has(to) && as !== 'opaque' ? [as, to, 'foreign'] : [as, to]));
}
