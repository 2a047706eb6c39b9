import type { Digest } from '../../oci/digest.ts';
import { CodedError } from '../../util/pure/coded-error.ts';
import type { Registry } from './contract.ts';
import { EMPTY_BLOB, type OverwritingManifest, overwritingManifest } from './overwriting-manifest.ts';

/**
 * Removes one tag, and leaves its manifest and the other tags of it alone, where a server deletes by digest only: something
 * that has no other tag is pushed over it, and that is deleted.
 *
 * Between the two steps the tag points at the {@link overwritingManifest}; who writes a journal calls them one by one:
 * `overwritingManifest` (write its digest down), {@link overwriteTag}, {@link deleteOverwriting}.
 *
 * @returns the digest that the tag pointed at in between
 * @throws REGISTRY_UNSUPPORTED, REGISTRY_READ_ONLY before anything is written, where the second step would not be possible
 */
export async function untagByOverwrite(
  registry: Registry,
  repository: string,
  tag: string,
  unique: string,
  signal: AbortSignal,
): Promise<Digest> {
  const overwriting = overwritingManifest(repository, tag, unique);
  await overwriteTag(registry, repository, tag, overwriting, signal);
  await deleteOverwriting(registry, repository, overwriting.digest, signal);
  return overwriting.digest;
}

/** First step. What the tag pointed at is no longer told by it: it has to be known. */
export async function overwriteTag(
  registry: Registry,
  repository: string,
  tag: string,
  overwriting: OverwritingManifest,
  signal: AbortSignal,
): Promise<void> {
  const { writable, deleteByDigest } = await registry.capabilities(signal);
  const doing = `removing the tag ${repository}:${tag}`;
  if (!writable) throw new CodedError('REGISTRY_READ_ONLY', `${doing}: the registry is in read-only mode`);
  if (!deleteByDigest)
    throw new CodedError('REGISTRY_UNSUPPORTED', `${doing}: the registry deletes nothing by digest`, {
      hint: 'Enable deletion in the registry (for Distribution: storage.delete.enabled).',
    });
  await registry.putBlob(repository, EMPTY_BLOB, signal);
  await registry.putManifest(repository, tag, overwriting, signal);
}

/** Second step; done again after a crash, it finishes what was begun. A tag that was pushed anew meanwhile stays. */
export function deleteOverwriting(
  registry: Registry,
  repository: string,
  overwriting: Digest,
  signal: AbortSignal,
): Promise<'deleted' | 'absent'> {
  return registry.deleteManifest(repository, overwriting, signal);
}
