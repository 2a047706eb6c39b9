import type { Stats } from 'node:fs';
import { dirname } from 'node:path';
import { algorithmOf, hexOf } from '../../../oci/digest.ts';
import type { PendingBlob } from '../contract.ts';
import { fileIfThere, type Ground } from './ground.ts';
import type { OnDiskPlace } from './on-disk-place.ts';
import { requireRunId, tidyRun } from './run-quarantine.ts';
import { hiddenPath } from './winnow-folder.ts';

/** A blob that lies in a quarantine at this moment. */
export interface HiddenBlob {
  readonly asked: PendingBlob;
  /** Its path in the quarantine, and what lies there. */
  readonly hidden: string;
  readonly stat: Stats;
  /** The path that it came from. */
  readonly data: string;
}

/** Looks for each as its turn comes. `undefined`: it is not there. @throws STORE_NOT_WRITABLE */
export function* hiddenBlobs(
  place: OnDiskPlace,
  ground: Ground,
  blobs: Iterable<PendingBlob>,
): Generator<HiddenBlob | undefined> {
  for (const asked of blobs) {
    requireRunId(asked.runId);
    yield asked.state === 'hidden' && algorithmOf(asked.digest) === 'sha256' ? look(place, ground, asked) : undefined;
  }
}

function look(place: OnDiskPlace, ground: Ground, asked: PendingBlob): HiddenBlob | undefined {
  const { runId, digest } = asked;
  const hidden = hiddenPath(place.root, runId, digest);
  const stat = ground.has(dirname(hidden)) ? fileIfThere(hidden) : undefined;
  return stat === undefined ? undefined : { asked, hidden, stat, data: place.dataPath(digest) };
}

/** Removes the folders that are empty since these blobs left them. */
export function tidyAfter(place: OnDiskPlace, ground: Ground, left: readonly HiddenBlob[]): void {
  const prefixes = new Map<string, Set<string>>();
  for (const {
    asked: { runId, digest },
  } of left) {
    const ofRun = prefixes.get(runId) ?? new Set();
    prefixes.set(runId, ofRun.add(hexOf(digest).slice(0, 2)));
  }
  for (const [runId, ofRun] of prefixes) tidyRun(ground, place.root, runId, ofRun);
}
