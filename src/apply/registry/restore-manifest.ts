import type { Descriptor } from '../../oci/descriptor.ts';
import type { Digest } from '../../oci/digest.ts';
import { parseManifest, type ReferenceKind } from '../../oci/manifest.ts';
import { manifestKindOf } from '../../oci/media-type.ts';
import type { Registry } from '../../systems/registry/contract.ts';
import type { Restored } from '../undo.ts';
import type { SavedManifest } from './saved-manifest.ts';

/**
 * Pushes a removed manifest or tag back, byte for byte, once all that it needs was found to be there.
 *
 * @param known - `repository@digest` of parts that were found to be there: added to, and not asked for twice
 */
export async function restoreManifest(
  registry: Registry,
  saved: SavedManifest,
  signal: AbortSignal,
  known: Set<string> = new Set(),
): Promise<Restored> {
  const { repository, digest, tag } = saved;
  const present = await registry.resolve(repository, tag ?? digest, signal);
  if (present?.digest === digest) return { result: 'already-there' };
  if (present !== undefined && present.digest !== saved.overwrittenBy)
    return { result: 'conflict', why: `${tag} points at ${present.digest} now; it was left alone` };

  const bytes = Buffer.from(saved.bytesBase64, 'base64');
  const missing = await missingParts(registry, saved, bytes, signal, known);
  if (missing.length > 0) return { result: 'impossible', why: `the registry no longer has ${missing.join(', ')}` };
  const stored = await registry.putManifest(repository, tag ?? digest, { mediaType: saved.mediaType, bytes }, signal);
  if (stored !== digest)
    return { result: 'impossible', why: `the registry stored it as ${stored} instead of ${digest}` };
  if (saved.overwrittenBy !== undefined && present !== undefined)
    await registry.deleteManifest(repository, saved.overwrittenBy, signal);
  return { result: 'restored' };
}

/** What it needs and the repository has not. Foreign layers lie elsewhere, a subject may be absent, an opaque manifest can't tell. */
async function missingParts(
  registry: Registry,
  saved: SavedManifest,
  bytes: Uint8Array,
  signal: AbortSignal,
  known: Set<string>,
): Promise<readonly Digest[]> {
  const missing = new Set<Digest>();
  for (const { as, to, foreign } of parseManifest(bytes, saved.mediaType).references) {
    if (foreign || as === 'subject' || as === 'opaque') continue;
    const name = `${saved.repository}@${to.digest}`;
    if (known.has(name)) continue;
    if (await isThere(registry, saved.repository, as, to, signal)) known.add(name);
    else missing.add(to.digest);
  }
  return [...missing];
}

async function isThere(
  registry: Registry,
  repository: string,
  as: ReferenceKind,
  { digest, mediaType }: Descriptor,
  signal: AbortSignal,
): Promise<boolean> {
  if (as === 'child' && (await registry.resolve(repository, digest, signal)) !== undefined) return true;
  // Build caches are indexes that list blobs.
  const mayBeBlob = as !== 'child' || manifestKindOf(mediaType) === 'opaque';
  return mayBeBlob && (await registry.blobSize(repository, digest, signal)) !== undefined;
}
