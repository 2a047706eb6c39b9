import { readdirSync, renameSync, type Stats, unlinkSync } from 'node:fs';
import { algorithmOf } from '../../../oci/digest.ts';
import { errnoOf } from '../../../util/pure/system-failure.ts';
import type { BlobToHide, StoreOutcome } from '../contract.ts';
import { newBreath } from './breath.ts';
import { syncOnce } from './durable.ts';
import { notReadable, notWritable, quarantineElsewhere } from './failures.ts';
import { fileIfThere, type Ground, groundOf, lstatIfThere, writtenAtMs } from './ground.ts';
import type { OnDiskPlace } from './on-disk-place.ts';
import { makeSynced, noteSince, requireRunId, shaFolder, tidyRun } from './run-quarantine.ts';
import { hiddenPath } from './winnow-folder.ts';

/** How old the note of a run may be while blobs come: what it tells is right to the second. */
const NOTE_AGAIN_MS = 1000;

/** Hides blobs, and remembers between calls when it last noted the time in each run's quarantine. */
export type Hide = (runId: string, blobs: readonly BlobToHide[]) => Promise<readonly StoreOutcome[]>;

/**
 * Moves data into the quarantine by rename, which keeps its times. The folder that it lay in stays: a registry that is about to put
 * the same data there would fail.
 *
 * A crash leaves some here, some there, and each whole and in one place: what is told as hidden, and is not, will be hidden again.
 */
export function hideInto(place: OnDiskPlace): Hide {
  const notedAtMs = new Map<string, number>();
  const note = (ground: Ground, runId: string): void => {
    if (performance.now() - (notedAtMs.get(runId) ?? Number.NEGATIVE_INFINITY) < NOTE_AGAIN_MS) return;
    noteSince(ground, place.root, runId);
    notedAtMs.set(runId, performance.now());
  };

  return async (runId, blobs) => {
    requireRunId(runId);
    if (blobs.length === 0) return [];
    const ground = groundOf(place.root);
    const outcomes: StoreOutcome[] = [];
    const touched = new Map<string, ReadonlySet<string>>();
    const breath = newBreath();
    if (!ground.has(shaFolder(place.root, runId))) notedAtMs.delete(runId); // emptied since, and its note removed
    note(ground, runId);
    try {
      for (const blob of blobs) {
        outcomes.push(hideOne(place, ground, runId, blob, touched));
        if (!breath.isDue()) continue;
        note(ground, runId);
        await breath.take();
      }
    } finally {
      syncOnce(new Set(touched.keys()));
    }
    if (!outcomes.includes('done')) tidyRun(ground, place.root, runId, prefixesOf(touched.keys()));
    return outcomes;
  };
}

function prefixesOf(folders: Iterable<string>): readonly string[] {
  return [...folders].map((folder) => folder.slice(folder.lastIndexOf('/') + 1));
}

/** @param touched - quarantine folders of this call, and what was in each before it: one question in place of one for each blob */
function hideOne(
  place: OnDiskPlace,
  ground: Ground,
  runId: string,
  blob: BlobToHide,
  touched: Map<string, ReadonlySet<string>>,
): StoreOutcome {
  const { digest } = blob;
  if (algorithmOf(digest) !== 'sha256') return 'absent'; // an alias: nothing is stored under it
  const from = place.dataPath(digest);
  if (!ground.has(from.slice(0, from.lastIndexOf('/')))) return 'absent';
  const data = fileIfThere(from);
  if (data === undefined) return 'absent';
  if (data.size !== blob.sizeBytes || writtenAtMs(data) > blob.notNewerThanMs) return 'changed';

  const to = hiddenPath(place.root, runId, digest);
  const slash = to.lastIndexOf('/');
  const folder = to.slice(0, slash);
  const names = touched.get(folder) ?? namesIn(ground, folder);
  touched.set(folder, names);
  if (data.dev !== ground.device) throw quarantineElsewhere(from, to);
  return move(from, data, to, names.has(to.slice(slash + 1)) ? fileIfThere(to) : undefined);
}

/** What lies in a folder of the quarantine, which is made where it is not there. */
function namesIn(ground: Ground, folder: string): ReadonlySet<string> {
  makeSynced(ground, folder);
  try {
    return new Set(readdirSync(folder));
  } catch (failure) {
    throw notReadable('listing', folder, failure);
  }
}

function move(from: string, data: Stats, to: string, hidden: Stats | undefined): StoreOutcome {
  try {
    if (hidden !== undefined && hidden.ino === data.ino) {
      unlinkSync(from); // restored by half: two names of one file, which rename would leave as they are
      return 'done';
    }
    // hidden before by this run, and uploaded again since: the same bytes, of which one copy is enough
    if (hidden !== undefined && hidden.size !== data.size) return 'changed';
    renameSync(from, to);
    return 'done';
  } catch (failure) {
    const errno = errnoOf(failure);
    if (errno === 'ENOENT' && lstatIfThere(from) === undefined) return 'absent';
    if (errno === 'EXDEV') throw quarantineElsewhere(from, to);
    throw notWritable('moving into the quarantine', from, failure);
  }
}
