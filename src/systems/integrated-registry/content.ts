import { createHash } from 'node:crypto';
import { algorithmOf, type Digest } from '../../oci/digest.ts';
import { mediaTypes } from '../../oci/media-type.ts';

/** Whether bytes are what a digest names. */
export function isContentOf(digest: Digest, bytes: Uint8Array): boolean {
  const algorithm = algorithmOf(digest);
  return `${algorithm}:${createHash(algorithm).update(bytes).digest('hex')}` === digest;
}

/** The same of a manifest. Of Docker's signed schema 1 the digest is of a part only, and is not looked at. */
export function isManifestOf(digest: Digest, mediaType: string, bytes: Uint8Array): boolean {
  return mediaType === mediaTypes.dockerSchema1Signed || isContentOf(digest, bytes);
}
