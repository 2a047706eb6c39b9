import { DigestTable } from '../../../evidence/digest-table.ts';
import type { Digest } from '../../../oci/digest.ts';
import type { BucketReader, Listed } from './bucket.ts';
import { BLOBS, digestOfData } from './keys.ts';
import { listAll } from './list-all.ts';

/** Lists the data of all blobs. What is no data of a blob is passed over: nobody looks for it. @throws STORE_WALK_FAILED */
export async function listBlobs(
  bucket: BucketReader,
  readers: number,
  signal: AbortSignal,
  take: (digest: Digest, data: Listed) => void,
): Promise<void> {
  const takePage = (objects: readonly Listed[]): void => {
    for (const object of objects) {
      const digest = digestOfData(object.key);
      if (digest !== undefined) take(digest, object);
    }
  };
  await listAll({ bucket, readers, take: takePage }, BLOBS, signal);
}

/** All blobs that have data. */
export async function listDigests(bucket: BucketReader, readers: number, signal: AbortSignal): Promise<DigestTable> {
  const table = new DigestTable();
  await listBlobs(bucket, readers, signal, (digest) => table.add(digest));
  return table;
}
