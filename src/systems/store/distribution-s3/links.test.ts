import { expect, test } from 'vitest';
import { memoryBucket } from '../../../../test/support/memory-bucket.ts';
import { collectEvidence } from '../../../evidence/evidence.ts';
import type { Digest } from '../../../oci/digest.ts';
import type { Bucket } from './bucket.ts';
import { REPOSITORIES } from './keys.ts';
import { bucketSource } from './survey.ts';

const never = new AbortController().signal;
const digestOf = (n: number): Digest => `sha256:${n.toString(16).padStart(64, '0')}`;

/** A bucket with many layer links, seen through a server that encrypts: its ETags are no MD5. */
async function encrypted() {
  const { bucket } = memoryBucket();
  for (let n = 0; n < 50; n += 1)
    await bucket.write(`${REPOSITORIES}app/_layers/sha256/${digestOf(n).slice(7)}/link`, digestOf(n));
  let reads = 0;
  const seen: Bucket = {
    ...bucket,
    list: async (request, signal) => {
      const page = await bucket.list(request, signal);
      return { ...page, objects: page.objects.map((one) => ({ ...one, etag: 'f'.repeat(32) })) };
    },
    read: (key, maxBytes, signal) => {
      reads += 1;
      return bucket.read(key, maxBytes, signal);
    },
  };
  return { seen, reads: () => reads };
}

test('one link is read to learn that ETags say nothing, and no other is kept to be read', async () => {
  const { seen, reads } = await encrypted();
  const place = { bucket: seen, name: 'test:bucket', readers: 32, hiding: 'marker' } as const;

  await bucketSource(place, {}).survey(collectEvidence().sink, never);

  expect(reads()).toBe(1);
});
