import type { PendingBlob, StoreOutcome } from '../contract.ts';
import type { Version } from './bucket.ts';
import { failure } from './failures.ts';
import type { HiddenVersion } from './hidden-notes.ts';
import { dataKey } from './keys.ts';
import type { BucketPlace } from './place.ts';

const always = new AbortController().signal;

/** What becomes of a blob, and whether its versions are no longer hidden. */
export interface VersionsOutcome {
  readonly outcome: StoreOutcome;
  readonly isOver: boolean;
}

/**
 * Brings back a version that lies under a delete marker: the markers go, where there is nothing else under them; else it is copied
 * to its place, on the server, and its old version goes.
 */
export async function restoreVersions(
  place: BucketPlace,
  { digest }: PendingBlob,
  own: readonly HiddenVersion[],
): Promise<VersionsOutcome> {
  const { bucket } = place;
  const key = dataKey(digest);
  const all = await bucket.versions(key, always);
  const hidden = ownAmong(all, own);
  if (hidden.length === 0) return { outcome: 'absent', isOver: true };
  const newest = hidden[0] as Version;
  const current = await bucket.look(key, always);
  if (current !== undefined) {
    // It was never hidden, or came back by half: the note outlived a crash.
    const isOwn = own.some(({ versionId }) => versionId === current.versionId);
    if (!isOwn && current.sizeBytes !== newest.sizeBytes) return { outcome: 'changed', isOver: false };
    await removeAll(
      place,
      key,
      hidden.filter(({ versionId }) => versionId !== current.versionId),
    );
    return { outcome: isOwn ? 'done' : 'changed', isOver: true };
  }
  const isOnlyOwn = all.every(
    ({ isMarker, versionId }) => isMarker || own.some((known) => known.versionId === versionId),
  );
  if (isOnlyOwn)
    await removeAll(
      place,
      key,
      all.filter(({ isMarker }) => isMarker),
    );
  let restored = await bucket.look(key, always);
  if (restored === undefined) {
    await bucket.copy({ key, versionId: newest.versionId }, key, newest.sizeBytes);
    restored = await bucket.look(key, always);
  }
  if (restored?.sizeBytes !== newest.sizeBytes)
    throw failure(
      'STORE_NOT_WRITABLE',
      `bringing back ${bucket.place}${key}: it is not there, or not as long as it was`,
    );
  const now = restored.versionId;
  await removeAll(
    place,
    key,
    hidden.filter(({ versionId }) => versionId !== now),
  );
  return { outcome: 'done', isOver: true };
}

/**
 * Removes exactly the versions that were hidden. What was uploaded since has another version, and can't be met. Markers go when
 * nothing is left under them: else they would uncover what others left there.
 */
export async function purgeVersions(
  place: BucketPlace,
  { digest, sizeBytes }: PendingBlob,
  own: readonly HiddenVersion[],
): Promise<VersionsOutcome> {
  const { bucket } = place;
  const key = dataKey(digest);
  const hidden = ownAmong(await bucket.versions(key, always), own);
  if (hidden.length === 0) return { outcome: 'absent', isOver: true };
  const current = await bucket.look(key, always);
  const isInPlace = hidden.some(({ versionId }) => versionId === current?.versionId);
  if (isInPlace) return { outcome: 'changed', isOver: false };
  if (hidden.some((version) => version.sizeBytes !== sizeBytes)) return { outcome: 'changed', isOver: false };
  if (current !== undefined && current.sizeBytes !== sizeBytes) return { outcome: 'changed', isOver: false };
  await removeAll(place, key, hidden);
  const left = await bucket.versions(key, always);
  const ownLeft = ownAmong(left, own);
  if (ownLeft.length > 0)
    throw failure(
      'STORE_NOT_WRITABLE',
      `purging ${bucket.place}${key}: the server said that it is gone, and it is still there`,
    );
  if (left.every(({ isMarker }) => isMarker)) await removeAll(place, key, left);
  return { outcome: 'done', isOver: true };
}

/** Newest first. */
function ownAmong(all: readonly Version[], own: readonly HiddenVersion[]): readonly Version[] {
  const names = new Set(own.map(({ versionId }) => versionId));
  return all.filter(({ versionId, isMarker }) => !isMarker && names.has(versionId)).sort((a, b) => b.atMs - a.atMs);
}

async function removeAll({ bucket }: BucketPlace, key: string, versions: readonly Version[]): Promise<void> {
  for (const { versionId } of versions) await bucket.remove({ key, versionId });
}
