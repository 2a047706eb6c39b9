import { removeEmptyFolder } from '../on-disk/durable.ts';
import { type Ground, lstatIfThere, writtenAtMs } from '../on-disk/ground.ts';

/** A registry makes a blob's folder and moves data into it a moment later: only one that has been empty for a day is nobody's. */
export const EMPTY_FOR_MS = 24 * 3_600_000;

/** Removes a blob's folder if it is empty, and has been since `notNewerThanMs`. @returns whether it went */
export function removeEmptyBlobFolder(ground: Ground, folder: string, notNewerThanMs: number): boolean {
  if (!ground.has(folder)) return false;
  const stat = lstatIfThere(folder);
  if (stat === undefined || writtenAtMs(stat) > notNewerThanMs) return false;
  return removeEmptyFolder(folder) === 'done';
}
