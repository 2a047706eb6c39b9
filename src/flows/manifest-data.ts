import type { ResourceId } from '../evidence/resource.ts';
import type { Digest } from '../oci/digest.ts';
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
    if (bytes !== undefined && isManifest(bytes)) found.add(id);
  }
  return found;
}

/** In doubt it is one: a map with a schema version, or with a media type of its own. */
function isManifest(bytes: Uint8Array): boolean {
  if (bytes[0] !== OPENING_BRACE && !/^\s*\{/.test(new TextDecoder().decode(bytes.subarray(0, 64)))) return false;
  return /"(schemaVersion|mediaType|fsLayers)"\s*:/.test(new TextDecoder().decode(bytes));
}

const OPENING_BRACE = 0x7b;
