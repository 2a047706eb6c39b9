import { closeSync, constants, fsyncSync, openSync, renameSync, rmdirSync, unlinkSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { errnoOf } from '../../../util/pure/system-failure.ts';
import { notWritable } from './failures.ts';

/** Some file systems (SMB, FUSE) can't sync a folder: they have nothing better to offer than what they did already. */
const NO_FOLDER_SYNC: ReadonlySet<string> = new Set(['EINVAL', 'ENOTSUP', 'EOPNOTSUPP']);

/** What stands in these folders is on disk when it returns. @throws STORE_NOT_WRITABLE */
export function syncFolders(folders: Iterable<string>): void {
  for (const folder of folders)
    try {
      const handle = openSync(folder, constants.O_RDONLY | constants.O_DIRECTORY);
      try {
        fsyncSync(handle);
      } finally {
        closeSync(handle);
      }
    } catch (failure) {
      if (!NO_FOLDER_SYNC.has(errnoOf(failure) ?? '')) throw notWritable('syncing the folder', folder, failure);
    }
}

/**
 * Syncs one of the folders in which much was renamed, linked or removed: a file system with a journal writes all that was done
 * before along with it, and a sync of each would take longer than the work. Only for what may be found undone after a crash.
 */
export function syncOnce(folders: ReadonlySet<string>): void {
  const last = [...folders].at(-1);
  if (last !== undefined) syncFolders([last]);
}

/** Writes a new file, on disk when it returns. @throws the operating system's error, with nothing left behind */
export function writeNewFile(path: string, bytes: Uint8Array): void {
  const handle = openSync(
    path,
    constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW,
    0o666,
  );
  try {
    for (let at = 0; at < bytes.length; ) at += writeSync(handle, bytes, at);
    fsyncSync(handle);
  } catch (failure) {
    unlinkSync(path);
    throw failure;
  } finally {
    closeSync(handle);
  }
}

/** Replaces a file at once, and it is on disk when it returns. @param draft - a name in the same folder that is free or left behind */
export function replaceFile(path: string, draft: string, bytes: Uint8Array): void {
  try {
    unlinkIfThere(draft);
    writeNewFile(draft, bytes);
    renameSync(draft, path);
  } catch (failure) {
    throw notWritable('writing', path, failure);
  }
  syncFolders([dirname(path)]);
}

/** @returns false where there was nothing. @throws the operating system's error */
export function unlinkIfThere(path: string): boolean {
  try {
    unlinkSync(path);
    return true;
  } catch (failure) {
    if (errnoOf(failure) === 'ENOENT') return false;
    throw failure;
  }
}

/** Removes a folder that is empty. `full`: there is something in it. @throws STORE_NOT_WRITABLE */
export function removeEmptyFolder(folder: string): 'done' | 'absent' | 'full' {
  try {
    rmdirSync(folder);
    return 'done';
  } catch (failure) {
    const errno = errnoOf(failure);
    if (errno === 'ENOENT') return 'absent';
    if (errno === 'ENOTEMPTY' || errno === 'EEXIST') return 'full'; // POSIX allows either
    throw notWritable('removing the folder', folder, failure);
  }
}
