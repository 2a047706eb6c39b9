import type { Stats } from 'node:fs';
import { DigestTable } from '../../../evidence/digest-table.ts';
import type { Digest } from '../../../oci/digest.ts';
import type { BlobFacts } from '../contract.ts';
import { type DiskPlace, listFolder, readSmallFile, statFile, walkFailed } from '../on-disk/careful-read.ts';
import { writtenAtMs } from '../on-disk/ground.ts';
import { blobPath, blobsFolder } from './layout.ts';

/** Bytes in a block of `st_blocks`, whatever the file system's own are. */
const BLOCK_BYTES = 512;

/** All blobs that have data. Names that are no digest are not the registry's. @throws STORE_WALK_FAILED */
export function listBlobs(place: DiskPlace): DigestTable {
  const digests = new DigestTable();
  for (const entry of listFolder(place, blobsFolder(place.root)) ?? []) {
    if (!entry.isFile() && /^[0-9a-f]{64}$/.test(entry.name))
      throw walkFailed('looking at', `${blobsFolder(place.root)}/${entry.name}`, 'it is no plain file');
    digests.add(`sha256:${entry.name}`);
  }
  return digests;
}

/** @returns `undefined`: it has no data. @throws STORE_WALK_FAILED */
export function lookAtBlob(place: DiskPlace, digest: Digest): BlobFacts | undefined {
  const stats = statBlob(place, digest);
  if (stats === undefined) return undefined;
  return {
    digest,
    sizeBytes: stats.size,
    freesBytes: stats.nlink > 1 ? 0 : stats.blocks * BLOCK_BYTES,
    dataAtMs: writtenAtMs(stats),
    newestAtMs: writtenAtMs(stats),
    linkedBy: [],
  };
}

/** @returns `undefined`: it has no data. @throws STORE_TOO_LARGE, STORE_WALK_FAILED */
export function readBlob(place: DiskPlace, digest: Digest, maxBytes: number): Uint8Array | undefined {
  return isStored(digest) ? readSmallFile(place, blobPath(place.root, digest), maxBytes) : undefined;
}

export function statBlob(place: DiskPlace, digest: Digest): Stats | undefined {
  return isStored(digest) ? statFile(place, blobPath(place.root, digest)) : undefined;
}

function isStored(digest: Digest): boolean {
  return digest.startsWith('sha256:');
}
