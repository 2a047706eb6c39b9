import { linkSync, renameSync, type Stats, unlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { errnoOf } from '../../../util/pure/system-failure.ts';
import type { PendingBlob, StoreOutcome } from '../contract.ts';
import { newBreath } from './breath.ts';
import { syncOnce } from './durable.ts';
import { notWritable } from './failures.ts';
import { fileIfThere, type Ground, groundOf } from './ground.ts';
import { type HiddenBlob, hiddenBlobs, tidyAfter } from './hidden-blob.ts';
import type { OnDiskPlace } from './on-disk-place.ts';

/**
 * Moves hidden data back: a second name in its place, which never overwrites what is there, then, when those are on disk, the name in
 * the quarantine goes. Ended in between, it is done again from the beginning with the same end.
 */
export async function restoreBlobs(
  place: OnDiskPlace,
  blobs: readonly PendingBlob[],
): Promise<readonly StoreOutcome[]> {
  const ground = groundOf(place.root);
  const outcomes: StoreOutcome[] = [];
  const inPlace: HiddenBlob[] = [];
  const folders = new Set<string>();
  const breath = newBreath();
  for (const blob of hiddenBlobs(place, ground, blobs)) {
    const outcome = blob === undefined ? 'absent' : putBack(ground, blob, folders);
    outcomes.push(outcome === 'differs' ? 'changed' : outcome);
    if (blob !== undefined && outcome !== 'differs' && outcome !== 'absent') inPlace.push(blob);
    if (breath.isDue()) await breath.take();
  }
  syncOnce(folders);
  for (const { hidden } of inPlace) {
    dropName(hidden);
    if (breath.isDue()) await breath.take();
  }
  tidyAfter(place, ground, inPlace);
  return outcomes;
}

/** `changed`: the same data is there again. `differs`: data of another length is, and one of the two is damaged: both stay. */
function putBack(ground: Ground, blob: HiddenBlob, folders: Set<string>): 'done' | 'changed' | 'absent' | 'differs' {
  const { hidden, data, stat } = blob;
  for (const made of ground.make(dirname(data))) folders.add(join(made, '..'));
  folders.add(dirname(data));
  const there = fileIfThere(data);
  if (there !== undefined) return standing(there, stat);
  try {
    linkSync(hidden, data);
    return 'done';
  } catch (failure) {
    return whenNotLinked(blob, errnoOf(failure), failure);
  }
}

/** What file systems say that know no hard links, or have too many of a file. */
const NO_LINKS: ReadonlySet<string> = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK']);

function whenNotLinked({ hidden, data, stat }: HiddenBlob, errno: string | undefined, failure: unknown) {
  const there = fileIfThere(data);
  if (errno === 'EEXIST' && there !== undefined) return standing(there, stat);
  if (errno === 'ENOENT' && fileIfThere(hidden) === undefined) return 'absent';
  if (!NO_LINKS.has(errno ?? '')) throw notWritable('putting back', data, failure);
  if (there !== undefined) return standing(there, stat);
  try {
    renameSync(hidden, data); // somebody could upload it this moment: then it is overwritten by the same bytes
    return 'done';
  } catch (second) {
    throw notWritable('putting back', data, second);
  }
}

function standing(there: Stats, hidden: Stats): 'done' | 'changed' | 'differs' {
  if (there.ino === hidden.ino) return 'done'; // by a run that ended before the other name was gone
  return there.size === hidden.size ? 'changed' : 'differs';
}

function dropName(hidden: string): void {
  try {
    unlinkSync(hidden);
  } catch (failure) {
    if (errnoOf(failure) !== 'ENOENT') throw notWritable('removing from the quarantine', hidden, failure);
  }
}
