import {
  closeSync,
  constants,
  type Dirent,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readSync,
  type Stats,
} from 'node:fs';
import { basename, dirname } from 'node:path';
import { CodedError } from '../../../util/pure/coded-error.ts';
import { failureWords } from '../../../util/pure/system-failure.ts';
import { type StoreErrorCode, storeErrors } from '../errors.ts';

/*
 * Looking at a store on disk without leaving it and without missing a thing: symbolic links and mounts are not followed, and what was
 * listed and is not there any more counts as gone only when its folder agrees, and it is not there when asked for again.
 * Calls are synchronous, which is several times faster; callers let others have their turn in between.
 */

/** At what comes and goes all the time. */
const MOST_LOOKS = 100;

/** The root of a store, and the device that all of it lies on. */
export interface DiskPlace {
  readonly root: string;
  readonly device: number;
}

/** @param root - an existing folder; not a symbolic link */
export function diskPlace(root: string): DiskPlace {
  try {
    return { root, device: lstatSync(root).dev };
  } catch (failure) {
    throw walkFailed('looking at', root, failureWords(failure), failure);
  }
}

/** What is in a folder, in no order. `undefined`: it is gone. @throws STORE_WALK_FAILED */
export function listFolder(place: DiskPlace, path: string): readonly Dirent[] | undefined {
  return unlessGone(place, path, 'listing', () => {
    requireFolder(place, path, lstatSync(path));
    return readdirSync(path, { withFileTypes: true });
  });
}

/** A file's sizes and times. `undefined`: it is gone. @throws STORE_WALK_FAILED, also where it is no plain file */
export function statFile(place: DiskPlace, path: string): Stats | undefined {
  return unlessGone(place, path, 'looking at', () => {
    const stats = lstatSync(path);
    requireFile(place, path, stats);
    return stats;
  });
}

/** A folder's times. `undefined`: it is gone. @throws STORE_WALK_FAILED, also where it is no folder */
export function statFolder(place: DiskPlace, path: string): Stats | undefined {
  return unlessGone(place, path, 'looking at', () => {
    const stats = lstatSync(path);
    requireFolder(place, path, stats);
    return stats;
  });
}

/**
 * A small file's bytes. `undefined`: it is gone.
 * @throws STORE_WALK_FAILED, also where it is no plain file; STORE_TOO_LARGE above `maxBytes`
 */
export function readSmallFile(place: DiskPlace, path: string, maxBytes: number): Uint8Array | undefined {
  return unlessGone(place, path, 'reading', () => {
    requireFile(place, path, lstatSync(path));
    const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      const stats = fstatSync(file);
      requireFile(place, path, stats);
      if (stats.size > maxBytes)
        throw new CodedError('STORE_TOO_LARGE', `reading ${path}: it has ${stats.size} bytes, more than ${maxBytes}`, {
          hint: storeErrors.STORE_TOO_LARGE.hint,
        });
      return readAll(file, stats.size);
    } finally {
      closeSync(file);
    }
  });
}

/** STORE_WALK_FAILED: what was being done, to what, and what came back. */
export function walkFailed(doing: string, path: string, cameBack: string, cause?: unknown): CodedError<StoreErrorCode> {
  return new CodedError('STORE_WALK_FAILED', `${doing} ${path}: ${cameBack}`, {
    hint: storeErrors.STORE_WALK_FAILED.hint,
    ...(cause === undefined ? {} : { cause }),
  });
}

function readAll(file: number, sizeBytes: number): Uint8Array {
  const bytes = Buffer.allocUnsafe(sizeBytes);
  let length = 0;
  while (length < sizeBytes) {
    const count = readSync(file, bytes, length, sizeBytes - length, length);
    if (count === 0) break;
    length += count;
  }
  return bytes.subarray(0, length);
}

function requireFile(place: DiskPlace, path: string, stats: Stats): void {
  requireHere(place, path, stats);
  if (!stats.isFile()) throw walkFailed('looking at', path, `it is ${kindOf(stats)}, and no plain file`);
}

function requireFolder(place: DiskPlace, path: string, stats: Stats): void {
  requireHere(place, path, stats);
  if (!stats.isDirectory()) throw walkFailed('listing', path, `it is ${kindOf(stats)}, and no folder`);
}

function requireHere(place: DiskPlace, path: string, stats: Stats): void {
  if (stats.isSymbolicLink()) throw walkFailed('looking at', path, 'it is a symbolic link, which is not followed');
  if (stats.dev !== place.device)
    throw walkFailed(
      'looking at',
      path,
      `something else is mounted there: it is not on the file system of ${place.root}`,
    );
}

function kindOf(stats: Stats): string {
  if (stats.isFile()) return 'a file';
  return stats.isDirectory() ? 'a folder' : 'neither file nor folder';
}

function unlessGone<Value>(place: DiskPlace, path: string, doing: string, look: () => Value): Value | undefined {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return look();
    } catch (failure) {
      if (failure instanceof CodedError) throw failure;
      if (!isMissing(failure)) throw walkFailed(doing, path, failureWords(failure), failure);
      if (attempt === 1 && path !== place.root) continue;
      if (!isListed(place, path)) return undefined;
      // It may have been written anew just now: a tag that is deleted and pushed again.
      if (attempt === MOST_LOOKS) throw walkFailed(doing, path, 'its folder lists it, but it is not there', failure);
    }
  }
}

/** Whether the folder of a thing, or the next one above that exists, lists it. */
function isListed(place: DiskPlace, path: string): boolean {
  if (path === place.root) throw walkFailed('looking at', path, 'the store is gone');
  try {
    return readdirSync(dirname(path)).includes(basename(path));
  } catch (failure) {
    if (!isMissing(failure)) throw walkFailed('listing', dirname(path), failureWords(failure), failure);
    return isListed(place, dirname(path));
  }
}

function isMissing(failure: unknown): boolean {
  return failure instanceof Error && 'code' in failure && failure.code === 'ENOENT';
}
