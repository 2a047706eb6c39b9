import { unlinkSync } from 'node:fs';
import { dirname } from 'node:path';
import { errnoOf } from '../../../util/pure/system-failure.ts';
import type { PendingBlob, StoreOutcome } from '../contract.ts';
import { newBreath } from './breath.ts';
import { notWritable } from './failures.ts';
import { fileIfThere, type Ground, groundOf } from './ground.ts';
import { type HiddenBlob, hiddenBlobs, tidyAfter } from './hidden-blob.ts';
import type { OnDiskPlace } from './on-disk-place.ts';

/**
 * Removes hidden data for good: the only place where data of a blob ends. `changed`: what lies there has another length than the
 * plan saw, or data of another length is back in its place, so that one of the two is damaged.
 */
export async function purgeBlobs(place: OnDiskPlace, blobs: readonly PendingBlob[]): Promise<readonly StoreOutcome[]> {
  const ground = groundOf(place.root);
  const outcomes: StoreOutcome[] = [];
  const gone: HiddenBlob[] = [];
  const breath = newBreath();
  for (const blob of hiddenBlobs(place, ground, blobs)) {
    const outcome = blob === undefined ? 'absent' : purgeOne(ground, blob);
    outcomes.push(outcome);
    if (blob !== undefined && outcome === 'done') gone.push(blob);
    if (breath.isDue()) await breath.take();
  }
  tidyAfter(place, ground, gone);
  return outcomes;
}

function purgeOne(ground: Ground, { asked, hidden, stat, data }: HiddenBlob): StoreOutcome {
  if (stat.size !== asked.sizeBytes) return 'changed';
  const again = ground.has(dirname(data)) ? fileIfThere(data) : undefined;
  if (again !== undefined && again.size !== stat.size) return 'changed';
  try {
    unlinkSync(hidden);
    return 'done';
  } catch (failure) {
    if (errnoOf(failure) === 'ENOENT') return 'absent';
    throw notWritable('removing from the quarantine', hidden, failure);
  }
}
