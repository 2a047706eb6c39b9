import { algorithmOf, type Digest } from '../../../oci/digest.ts';
import { layerLinkPath } from '../../../oci/distribution-layout.ts';
import type { StoreOutcome } from '../contract.ts';
import { ROOT } from './keys.ts';
import { LINK_BYTES } from './links.ts';
import { noSuchName, requireRepository } from './names.ts';
import type { BucketPlace } from './place.ts';

const always = new AbortController().signal;

/** @see StoreReader.layerLink */
export async function lookAtLayerLink(
  { bucket }: BucketPlace,
  repository: string,
  digest: Digest,
  signal: AbortSignal,
): Promise<{ readonly atMs: number; readonly isWhole: boolean } | undefined> {
  const seen = await bucket.look(layerLinkPath(ROOT, requireRepository(repository), digest), signal);
  return seen === undefined ? undefined : { atMs: seen.atMs, isWhole: seen.sizeBytes >= LINK_BYTES };
}

/** Removes a repository's link to a blob, unless it is newer. @throws STORE_NOT_WRITABLE */
export function unlinkLayer(
  place: BucketPlace,
  repository: string,
  digest: Digest,
  notNewerThanMs: number,
): Promise<StoreOutcome> {
  return removeKey(place, layerLinkPath(ROOT, requireRepository(repository), digest), notNewerThanMs);
}

/**
 * Gives a repository its link to a blob. One that is there is left alone; one that is empty or short says nothing and is replaced.
 *
 * @param digest - of sha256: what an alias under another algorithm stands for is nowhere else to be read.
 * @throws STORE_NOT_WRITABLE
 */
export async function linkLayer(place: BucketPlace, repository: string, digest: Digest): Promise<'written' | 'there'> {
  if (algorithmOf(digest) !== 'sha256') throw noSuchName('writing a layer link', digest, 'a blob');
  const there = await lookAtLayerLink(place, repository, digest, always);
  if (there?.isWhole === true) return 'there';
  await place.bucket.write(layerLinkPath(ROOT, repository, digest), digest);
  return 'written';
}

/** Removes an object, unless it is newer. In a bucket with versions it stays under a delete marker. @throws STORE_NOT_WRITABLE */
export async function removeKey({ bucket }: BucketPlace, key: string, notNewerThanMs: number): Promise<StoreOutcome> {
  const seen = await bucket.look(key, always);
  if (seen === undefined) return 'absent';
  if (seen.atMs > notNewerThanMs) return 'changed';
  await bucket.remove({ key });
  return 'done';
}
