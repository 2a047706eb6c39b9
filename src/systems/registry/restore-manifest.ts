import { algorithmOf, type Digest } from '../../oci/digest.ts';
import { parseManifest } from '../../oci/manifest.ts';
import { manifestKindOf } from '../../oci/media-type.ts';
import { CodedError } from '../../util/pure/coded-error.ts';
import { manifestDigest } from './content-digest.ts';
import type { Registry } from './contract.ts';

/** A manifest as it was before it was deleted. */
export interface LostManifest {
  readonly digest: Digest;
  readonly mediaType: string;
  readonly bytes: Uint8Array;
  /** The tags that pointed at it. */
  readonly tags: readonly string[];
}

/** What became of one tag. `conflict`: it was given to another manifest meanwhile, and stays there. */
export type RestoredTag =
  | { readonly tag: string; readonly outcome: 'restored' | 'already-there' }
  | { readonly tag: string; readonly outcome: 'conflict'; readonly digest: Digest };

/** `missing`: content that it names is gone, so nothing was pushed. */
export type Restored =
  | { readonly outcome: 'missing'; readonly missing: readonly Digest[] }
  | { readonly outcome: 'restored' | 'already-there'; readonly tags: readonly RestoredTag[] };

/**
 * Puts a deleted manifest back, byte for byte, with its tags. Doing it again does no harm.
 *
 * @throws REGISTRY_DIGEST_MISMATCH where the bytes are not those of the digest, and whatever pushing throws
 */
export async function restoreManifest(
  registry: Registry,
  repository: string,
  lost: LostManifest,
  signal: AbortSignal,
): Promise<Restored> {
  if (manifestDigest(lost.bytes, lost.mediaType, algorithmOf(lost.digest)) !== lost.digest)
    throw new CodedError(
      'REGISTRY_DIGEST_MISMATCH',
      `restoring ${repository}@${lost.digest}: the bytes kept are not its own`,
    );

  const present = (await registry.resolve(repository, lost.digest, signal)) !== undefined;
  if (!present) {
    const missing = await missingContent(registry, repository, lost, signal);
    if (missing.length > 0) return { outcome: 'missing', missing };
    await registry.putManifest(repository, lost.digest, lost, signal);
  }
  const tags: RestoredTag[] = [];
  for (const tag of lost.tags) tags.push(await restoreTag(registry, repository, tag, lost, signal));
  return { outcome: present ? 'already-there' : 'restored', tags };
}

/** What it needs and the repository has not. Foreign layers lie elsewhere, a subject may be absent, an opaque manifest can't tell. */
async function missingContent(
  registry: Registry,
  repository: string,
  lost: LostManifest,
  signal: AbortSignal,
): Promise<readonly Digest[]> {
  const missing = new Set<Digest>();
  for (const { as, to, foreign } of parseManifest(lost.bytes, lost.mediaType).references) {
    if (foreign || as === 'subject' || as === 'opaque') continue;
    const isThere = async (): Promise<boolean> => {
      if (as === 'child' && (await registry.resolve(repository, to.digest, signal)) !== undefined) return true;
      // Build caches are indexes that list blobs.
      const mayBeBlob = as !== 'child' || manifestKindOf(to.mediaType) === 'opaque';
      return mayBeBlob && (await registry.blobSize(repository, to.digest, signal)) !== undefined;
    };
    if (!(await isThere())) missing.add(to.digest);
  }
  return [...missing];
}

async function restoreTag(
  registry: Registry,
  repository: string,
  tag: string,
  lost: LostManifest,
  signal: AbortSignal,
): Promise<RestoredTag> {
  const now = await registry.resolve(repository, tag, signal);
  if (now?.digest === lost.digest) return { tag, outcome: 'already-there' };
  if (now !== undefined) return { tag, outcome: 'conflict', digest: now.digest };
  await registry.putManifest(repository, tag, lost, signal);
  return { tag, outcome: 'restored' };
}
