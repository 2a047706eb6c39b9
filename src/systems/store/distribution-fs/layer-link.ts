import { algorithmOf, type Digest } from '../../../oci/digest.ts';
import { layerLinkPath } from '../../../oci/distribution-layout.ts';
import type { StoreOutcome } from '../contract.ts';
import { diskPlace } from '../on-disk/careful-read.ts';
import { noSuchName } from '../on-disk/failures.ts';
import { fileIfThere, groundOf } from '../on-disk/ground.ts';
import { putFile, readLink, removeFile } from './link-file.ts';
import { requireRepository, type StorePlace } from './store-place.ts';

/** Removes a repository's link to a blob, unless it is newer. Its folder stays: the registry leaves it, too. @throws STORE_NOT_WRITABLE */
export function unlinkLayer(
  place: StorePlace,
  repository: string,
  digest: Digest,
  notNewerThanMs: number,
): StoreOutcome {
  const path = layerLinkPath(place.layoutRoot, requireRepository(repository), digest);
  return removeFile(groundOf(place.root), path, notNewerThanMs);
}

/**
 * Gives a repository its link to a blob. One that is there is left alone; one that is empty or short says nothing and is replaced.
 *
 * @param digest - of sha256: what an alias under another algorithm stands for is nowhere else to be read.
 * @throws STORE_NOT_WRITABLE
 */
export function linkLayer(place: StorePlace, repository: string, digest: Digest): 'written' | 'there' {
  if (algorithmOf(digest) !== 'sha256') throw noSuchName('writing a layer link', digest, 'a blob');
  const path = layerLinkPath(place.layoutRoot, requireRepository(repository), digest);
  const ground = groundOf(place.root);
  const isThere = ground.has(path.slice(0, path.lastIndexOf('/'))) && fileIfThere(path) !== undefined;
  if (isThere && readLink(diskPlace(place.root), path)?.digest !== undefined) return 'there';
  return putFile(ground, path, Buffer.from(digest), isThere) ? 'written' : 'there';
}
