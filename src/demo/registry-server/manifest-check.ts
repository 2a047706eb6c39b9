import type { Digest } from '../../oci/digest.ts';
import { type Manifest, type ManifestReference, parseManifest } from '../../oci/manifest.ts';
import { bareMediaType, manifestKindOf } from '../../oci/media-type.ts';
import { linkedBlob } from './blobs.ts';
import { storedRevision } from './manifest-store.ts';
import { Refusal, type SpecError } from './refusal.ts';

/**
 * Checks a manifest that is being pushed: it says what it is, and all that it names (but foreign layers and the subject) is in
 * the repository. A JSON object of an unknown media type is taken as it is, for nobody can know what it names;
 * Distribution refuses those.
 *
 * @returns its subject, if it names one.
 * @throws Refusal MANIFEST_INVALID, MANIFEST_BLOB_UNKNOWN
 */
export async function checkManifest(
  root: string,
  repository: string,
  bytes: Uint8Array,
  contentType: string,
): Promise<Digest | undefined> {
  const stated = bareMediaType(contentType);
  const manifest = parseManifest(bytes, stated);
  const why = objection(manifest, stated, parseManifest(bytes, '').mediaType);
  if (why !== undefined) throw new Refusal(400, { code: 'MANIFEST_INVALID', message: 'manifest invalid', detail: why });
  const errors: SpecError[] = [];
  for (const reference of manifest.references) {
    if (reference.foreign || (await isThere(root, repository, reference))) continue;
    const detail = { digest: reference.to.digest };
    errors.push({ code: 'MANIFEST_BLOB_UNKNOWN', message: 'blob unknown to registry', detail });
  }
  if (errors.length > 0) throw new Refusal(400, errors);
  return manifest.references.find(({ as }) => as === 'subject')?.to.digest;
}

/** @param told - the media type as the bytes alone tell it: all that will be known of it later. */
function objection(manifest: Manifest, stated: string, told: string): string | undefined {
  if (manifest.opaqueBecause === 'it is not a JSON object') return manifest.opaqueBecause;
  if (told === '') return 'neither its mediaType nor its shape says what it is';
  if (stated !== '' && stated !== told) return `its Content-Type is ${stated} but it says ${told}`;
  return manifest.kind === 'opaque' && manifestKindOf(told) !== 'opaque' ? manifest.opaqueBecause : undefined;
}

async function isThere(root: string, repository: string, { as, to }: ManifestReference): Promise<boolean> {
  if (as === 'subject') return true;
  const found = as === 'child' ? storedRevision(root, repository, to.digest) : linkedBlob(root, repository, to.digest);
  return (await found) !== undefined;
}
