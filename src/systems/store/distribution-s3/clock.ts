import { randomUUID } from 'node:crypto';
import { failure } from './failures.ts';
import { eraseOwn, OWN } from './own-objects.ts';
import type { BucketPlace } from './place.ts';

/** The bucket's own time, to the second: that of an object which is written there and removed. UTC milliseconds. */
export async function bucketClockMs(place: BucketPlace, signal: AbortSignal): Promise<number> {
  signal.throwIfAborted();
  const key = `${OWN}clock-${randomUUID()}`;
  await place.bucket.write(key, '');
  try {
    const seen = await place.bucket.look(key, signal);
    if (seen === undefined)
      throw failure(
        'STORE_WALK_FAILED',
        `asking ${place.bucket.place} for its time: an object that was just written is not found`,
      );
    return seen.atMs;
  } finally {
    await eraseOwn(place, key);
  }
}
