import { dirname } from 'node:path';
import { packShard, type Shard } from '../../../evidence/sharded-digests.ts';
import { storeRoot } from '../../../oci/distribution-layout.ts';
import type { DiskPlace } from '../on-disk/careful-read.ts';
import { foldersIn } from './quick-read.ts';
import { requireOwnFolders } from './require-own-folders.ts';

/** Folder of the blobs whose digests begin with a byte. */
export function prefixPath(place: DiskPlace, firstByte: string): string {
  return `${storeRoot(place.root)}/blobs/sha256/${firstByte}`;
}

/** First bytes of digests that there is a folder for. @throws STORE_WALK_FAILED */
export function listFirstBytes(place: DiskPlace): readonly string[] {
  requireOwnFolders(place);
  return foldersIn(place, dirname(prefixPath(place, '00'))).filter((name) => /^[0-9a-f]{2}$/.test(name));
}

/** The blobs in one of the 256 folders. Folders without data (left when a blob goes) count, until they are looked at. */
export function listBlobs(place: DiskPlace, firstByte: string): Shard {
  return packShard(firstByte, foldersIn(place, prefixPath(place, firstByte)));
}
