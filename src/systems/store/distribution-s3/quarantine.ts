import type { PendingBlob, StoreOutcome } from '../contract.ts';
import { purgeCopy, restoreCopy } from './copies.ts';
import { dropFromNotes, type HiddenNote, type HiddenVersion, readNotes } from './hidden-notes.ts';
import { requireRunId } from './own-objects.ts';
import { inParallel } from './parallel.ts';
import type { BucketPlace } from './place.ts';
import { purgeVersions, restoreVersions, type VersionsOutcome } from './versions.ts';

const always = new AbortController().signal;

/** Moves hidden data back to its place. @see Store.restore */
export function restoreBlobs(place: BucketPlace, blobs: readonly PendingBlob[]): Promise<readonly StoreOutcome[]> {
  return eachHidden(place, blobs, restoreVersions, restoreCopy);
}

/** Removes hidden data for good. @see Store.purge */
export function purgeBlobs(place: BucketPlace, blobs: readonly PendingBlob[]): Promise<readonly StoreOutcome[]> {
  return eachHidden(place, blobs, purgeVersions, purgeCopy);
}

/** One that a run hid twice, because it came back in between, has two versions: they go one way together. */
async function eachHidden(
  place: BucketPlace,
  blobs: readonly PendingBlob[],
  byVersions: (place: BucketPlace, blob: PendingBlob, own: readonly HiddenVersion[]) => Promise<VersionsOutcome>,
  byCopy: (place: BucketPlace, blob: PendingBlob) => Promise<StoreOutcome>,
): Promise<readonly StoreOutcome[]> {
  const notes: HiddenNote[] = [];
  for (const runId of new Set(blobs.map((blob) => blob.runId))) {
    requireRunId(runId);
    notes.push(...(await readNotes(place, runId, always)));
  }
  const known = new Map<string, HiddenVersion[]>();
  for (const { runId, versions } of notes)
    for (const version of versions) {
      const name = `${runId} ${version.digest}`;
      known.set(name, [...(known.get(name) ?? []), version]);
    }
  const outcomes = new Array<StoreOutcome>(blobs.length);
  const over = new Set<HiddenVersion>();
  try {
    await inParallel(blobs.entries(), place.readers, async ([at, blob]) => {
      const own = known.get(`${blob.runId} ${blob.digest}`);
      if (blob.state !== 'hidden') outcomes[at] = 'absent';
      else if (own === undefined) outcomes[at] = await byCopy(place, blob);
      else {
        const { outcome, isOver } = await byVersions(place, blob, own);
        if (isOver) for (const version of own) over.add(version);
        outcomes[at] = outcome;
      }
    });
  } finally {
    await dropFromNotes(place, notes, over);
  }
  return outcomes;
}
