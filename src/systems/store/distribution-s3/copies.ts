import { type Digest, hexOf, isDigest } from '../../../oci/digest.ts';
import type { PendingBlob, StoreOutcome } from '../contract.ts';
import type { Listed } from './bucket.ts';
import { failure } from './failures.ts';
import { dataKey } from './keys.ts';
import { listAll } from './list-all.ts';
import { eraseOwn, QUARANTINE } from './own-objects.ts';
import type { BucketPlace } from './place.ts';

/*
 * The quarantine of a bucket without versions: copies. They are looked for in any bucket: versions may have been switched on since.
 */

const always = new AbortController().signal;

/** @param digest - a sha256 digest */
export function copyKey(runId: string, digest: Digest): string {
  const hex = hexOf(digest);
  return `${QUARANTINE}${runId}/sha256/${hex.slice(0, 2)}/${hex}`;
}

/** All copies. @throws STORE_WALK_FAILED */
export async function listCopies(
  { bucket, readers }: BucketPlace,
  signal: AbortSignal,
): Promise<readonly PendingBlob[]> {
  const found: PendingBlob[] = [];
  const take = (objects: readonly Listed[]): void => {
    for (const { key, sizeBytes, atMs } of objects) {
      const [runId = '', , , hex] = key.slice(QUARANTINE.length).split('/');
      const digest = `sha256:${hex}`;
      if (!isDigest(digest) || copyKey(runId, digest) !== key) continue;
      found.push({ digest, state: 'hidden', runId, sinceMs: atMs, sizeBytes });
    }
  };
  await listAll({ bucket, readers, take }, QUARANTINE, signal);
  return found;
}

/** Copies data back, then drops the copy in the quarantine. */
export async function restoreCopy(place: BucketPlace, { digest, runId }: PendingBlob): Promise<StoreOutcome> {
  const { bucket } = place;
  const hidden = copyKey(runId, digest);
  const [copy, data] = [await bucket.look(hidden, always), await bucket.look(dataKey(digest), always)];
  if (copy === undefined) return 'absent';
  if (data !== undefined) {
    if (data.sizeBytes === copy.sizeBytes) await eraseOwn(place, hidden);
    return 'changed'; // of another length: one of the two is damaged, and both stay
  }
  await bucket.copy({ key: hidden }, dataKey(digest), copy.sizeBytes);
  const restored = await bucket.look(dataKey(digest), always);
  if (restored?.sizeBytes !== copy.sizeBytes)
    throw failure('STORE_NOT_WRITABLE', `copying ${digest} back to its place: it has not the length of the copy`);
  await eraseOwn(place, hidden);
  return 'done';
}

export async function purgeCopy(place: BucketPlace, { digest, runId, sizeBytes }: PendingBlob): Promise<StoreOutcome> {
  const hidden = copyKey(runId, digest);
  const [copy, data] = [await place.bucket.look(hidden, always), await place.bucket.look(dataKey(digest), always)];
  if (copy === undefined) return 'absent';
  if (copy.sizeBytes !== sizeBytes || (data !== undefined && data.sizeBytes !== sizeBytes)) return 'changed';
  await eraseOwn(place, hidden);
  return 'done';
}
