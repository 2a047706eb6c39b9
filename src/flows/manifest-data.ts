import type { ResourceId } from '../evidence/resource.ts';
import type { Digest } from '../oci/digest.ts';
import { looksLikeManifest } from '../oci/looks-like-manifest.ts';
import type { CloserLookInput } from './plan-store-input.ts';

/** Larger than any manifest that a registry takes. */
const MAX_MANIFEST_BYTES = 4 * 1024 * 1024;

/** Those of some blobs whose data is a manifest. Only what no repository has a layer link to is read: registries link no manifests. */
export async function manifestData(
  { store, sight, looks }: CloserLookInput,
  blobs: Iterable<ResourceId>,
  signal: AbortSignal,
): Promise<ReadonlySet<ResourceId>> {
  const found = new Set<ResourceId>();
  for (const id of blobs) {
    const look = looks.get(id);
    if (look === undefined || look.linkedBy.length > 0 || look.sizeBytes > MAX_MANIFEST_BYTES) continue;
    const bytes = await store.read(sight.evidence.resources.key(id) as Digest, MAX_MANIFEST_BYTES, signal);
    if (bytes !== undefined && looksLikeManifest(bytes)) found.add(id);
  }
  return found;
}
