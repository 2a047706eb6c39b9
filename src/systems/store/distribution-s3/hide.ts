import type { Digest } from '../../../oci/digest.ts';
import type { BlobToHide, StoreOutcome } from '../contract.ts';
import type { Named, Seen } from './bucket.ts';
import { copyKey } from './copies.ts';
import { failure } from './failures.ts';
import { newNoteKey, writeNote } from './hidden-notes.ts';
import { dataKey } from './keys.ts';
import { requireRunId } from './own-objects.ts';
import { inParallel } from './parallel.ts';
import type { BucketPlace } from './place.ts';
import { presentBlobs } from './presence.ts';

/** So many are one request, and stand in one note. */
const BATCH = 1000;

const always = new AbortController().signal;

/**
 * Takes data out of its place, so that it can come back: under a delete marker where the bucket has versions, else by a copy if the
 * address asks for it. What is gone afterwards is looked at again, whatever the answer said.
 *
 * @throws STORE_SETTINGS_INVALID where nothing could come back and nobody accepted that; STORE_NOT_WRITABLE
 */
export async function hideBlobs(
  place: BucketPlace,
  runId: string,
  blobs: readonly BlobToHide[],
): Promise<readonly StoreOutcome[]> {
  requireRunId(runId);
  if (place.hiding === 'refused') throw refusal(place);
  const outcomes: StoreOutcome[] = [];
  for (let at = 0; at < blobs.length; at += BATCH)
    outcomes.push(...(await hideBatch(place, runId, blobs.slice(at, at + BATCH))));
  return outcomes;
}

/** What is there of a blob that is to be hidden. */
interface ToHide {
  readonly digest: Digest;
  readonly seen: Seen;
}

async function hideBatch(
  place: BucketPlace,
  runId: string,
  blobs: readonly BlobToHide[],
): Promise<readonly StoreOutcome[]> {
  const outcomes = new Array<StoreOutcome>(blobs.length);
  const toHide: ToHide[] = [];
  await inParallel(blobs.entries(), place.readers, async ([at, blob]) => {
    const { digest } = blob;
    // an alias by another algorithm has no data of its own
    const seen = digest.startsWith('sha256:') ? await place.bucket.look(dataKey(digest), always) : undefined;
    if (seen === undefined) outcomes[at] = 'absent';
    else if (seen.sizeBytes !== blob.sizeBytes || seen.atMs > blob.notNewerThanMs) outcomes[at] = 'changed';
    else {
      outcomes[at] = 'done';
      toHide.push({ digest, seen });
    }
  });
  if (toHide.length > 0) await ways[place.hiding](place, runId, toHide);
  return outcomes;
}

type Way = (place: BucketPlace, runId: string, toHide: readonly ToHide[]) => Promise<void>;

const ways: Readonly<Record<BucketPlace['hiding'], Way>> = {
  marker: hideUnderMarkers,
  copy: hideByCopies,
  delete: (place, _, toHide) => removeData(place, toHide),
  refused: (place) => Promise.reject(refusal(place)),
};

/** The note comes first: a version that nobody knows of could neither come back nor be purged. After a crash it may tell too much. */
async function hideUnderMarkers(place: BucketPlace, runId: string, toHide: readonly ToHide[]): Promise<void> {
  const versions = toHide.map(({ digest, seen }) => {
    if (seen.versionId === undefined) throw noVersion(place, digest);
    return { digest, sizeBytes: seen.sizeBytes, versionId: seen.versionId };
  });
  const key = newNoteKey(runId);
  await writeNote(place, key, versions);
  await removeData(place, toHide);
  await writeNote(place, key, versions); // its time tells since when
}

async function hideByCopies(place: BucketPlace, runId: string, toHide: readonly ToHide[]): Promise<void> {
  await inParallel(toHide, place.readers, async ({ digest, seen }) => {
    const to = copyKey(runId, digest);
    await place.bucket.copy({ key: dataKey(digest) }, to, seen.sizeBytes);
    const copied = await place.bucket.look(to, always);
    if (copied?.sizeBytes !== seen.sizeBytes)
      throw failure(
        'STORE_NOT_WRITABLE',
        `copying ${digest} into the quarantine: the copy has not the length of the data`,
      );
  });
  await removeData(place, toHide);
}

async function removeData(place: BucketPlace, toHide: readonly ToHide[]): Promise<void> {
  await place.bucket.removeMany(toHide.map(({ digest }): Named => ({ key: dataKey(digest) })));
  const [left] = await presentBlobs(place, new Set(toHide.map(({ digest }) => digest)), always);
  if (left !== undefined)
    throw failure(
      'STORE_NOT_WRITABLE',
      `removing ${place.bucket.place}${dataKey(left[0])}: the server said that it is gone, and it is still there`,
      'Look at the storage service. What was hidden can come back with `winnow undo`.',
    );
}

function refusal(place: BucketPlace): Error {
  return failure(
    'STORE_SETTINGS_INVALID',
    `hiding blobs of ${place.bucket.place}: the bucket keeps no versions, so that nothing could come back`,
    'Switch versioning on for the bucket; or add copyQuarantine=true to the address (data is copied first), or allowNoQuarantine=true (what goes is gone).',
  );
}

function noVersion(place: BucketPlace, digest: Digest): Error {
  return failure(
    'STORE_NOT_WRITABLE',
    `hiding ${digest} in ${place.bucket.place}: the bucket keeps versions, but does not tell which one this is`,
    'Allow s3:GetObjectVersion: docs/stores/s3.md has the list.',
  );
}
