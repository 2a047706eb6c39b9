import type { Digest } from '../../../oci/digest.ts';
import { listBlobs } from './blobs.ts';
import { dataKey } from './keys.ts';
import { inParallel } from './parallel.ts';
import type { BucketPlace } from './place.ts';

/** Data of a blob in its place. */
export interface Present {
  readonly sizeBytes: number;
  readonly atMs: number;
}

/** Up to so many are asked for one by one. A request for one object costs about a tenth of one for a thousand names. */
const ASKED_SINGLY = 512;

/** Which of these blobs have data. One by one, or, where they are many, by listing all. @throws STORE_WALK_FAILED */
export async function presentBlobs(
  { bucket, readers }: BucketPlace,
  digests: ReadonlySet<Digest>,
  signal: AbortSignal,
): Promise<ReadonlyMap<Digest, Present>> {
  const present = new Map<Digest, Present>();
  if (digests.size <= ASKED_SINGLY)
    await inParallel(digests, readers, async (digest) => {
      const seen = digest.startsWith('sha256:') ? await bucket.look(dataKey(digest), signal) : undefined;
      if (seen !== undefined) present.set(digest, { sizeBytes: seen.sizeBytes, atMs: seen.atMs });
    });
  else
    await listBlobs(bucket, readers, signal, (digest, { sizeBytes, atMs }) => {
      if (digests.has(digest)) present.set(digest, { sizeBytes, atMs });
    });
  return present;
}
