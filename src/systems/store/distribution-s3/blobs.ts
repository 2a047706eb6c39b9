import { DigestTable } from '../../../evidence/digest-table.ts';
import type { Digest } from '../../../oci/digest.ts';
import { Growable } from '../../../util/pure/growable.ts';
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

/** All blobs that have data, and how large that is, in the same order. */
export async function listDigests(
  bucket: BucketReader,
  readers: number,
  signal: AbortSignal,
): Promise<{ readonly blobs: DigestTable; readonly sizes: Float64Array }> {
  const blobs = new DigestTable();
  const sizes = new Growable((length) => new Float64Array(length));
  await listBlobs(bucket, readers, signal, (digest, { sizeBytes }) => {
    const index = blobs.add(digest);
    sizes.fillTo(index + 1, 0);
    sizes.set(index, sizeBytes);
  });
  return { blobs, sizes: sizes.view() };
}
