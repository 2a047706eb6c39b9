import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { errnoOf } from '../../../util/pure/system-failure.ts';
import { newBreath } from '../on-disk/breath.ts';
import { removeEmptyFolder } from '../on-disk/durable.ts';
import { notWritable } from '../on-disk/failures.ts';
import { type Ground, groundOf, lstatIfThere, writtenAtMs } from '../on-disk/ground.ts';
import type { StorePlace } from './store-place.ts';

/** A registry makes a blob's folder and moves data into it a moment later: only one that has been empty for a day is nobody's. */
export const EMPTY_FOR_MS = 24 * 3_600_000;

/** Removes a blob's folder if it is empty, and has been since `notNewerThanMs`. @returns whether it went */
export function removeEmptyBlobFolder(ground: Ground, folder: string, notNewerThanMs: number): boolean {
  if (!ground.has(folder)) return false;
  const stat = lstatIfThere(folder);
  if (stat === undefined || writtenAtMs(stat) > notNewerThanMs) return false;
  return removeEmptyFolder(folder) === 'done';
}

/**
 * Removes the folders that blobs left behind, in all of the store.
 *
 * @param notNewerThanMs - {@link EMPTY_FOR_MS} before now, by the storage's own clock.
 * @returns how many went. @throws STORE_NOT_WRITABLE
 */
export async function sweepEmptyBlobDirs(
  place: StorePlace,
  notNewerThanMs: number,
  signal: AbortSignal,
): Promise<number> {
  const ground = groundOf(place.root);
  const top = join(place.layoutRoot, 'blobs', 'sha256');
  const breath = newBreath();
  let count = 0;
  if (!ground.has(top)) return 0;
  for (const prefix of namesIn(top).filter((name) => /^[0-9a-f]{2}$/.test(name)))
    for (const hex of namesIn(join(top, prefix))) {
      signal.throwIfAborted();
      if (!/^[0-9a-f]{64}$/.test(hex)) continue;
      if (removeEmptyBlobFolder(ground, join(top, prefix, hex), notNewerThanMs)) count += 1;
      if (breath.isDue()) await breath.take();
    }
  return count;
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (failure) {
    if (errnoOf(failure) === 'ENOENT') return [];
    throw notWritable('listing', folder, failure);
  }
}
