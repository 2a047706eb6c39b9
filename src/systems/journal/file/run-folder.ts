import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { errnoOf } from './failures.ts';

/**
 * Makes the folder of a run with all above it (0700), so that {@link syncFolders} can make them survive a crash.
 * @returns the uppermost folder that has a new entry and so has to be synced
 */
export async function makeRunFolder(folder: string, stateDir: string): Promise<string> {
  const firstMade = await mkdir(folder, { recursive: true, mode: 0o700 });
  return firstMade === undefined || firstMade.length > stateDir.length ? stateDir : dirname(firstMade);
}

/** Syncs a folder and those above it, up to `uppermost`: a file is safe when its name is, in each of them. */
export async function syncFolders(folder: string, uppermost: string): Promise<void> {
  await syncFolder(folder);
  const above = dirname(folder);
  if (folder !== uppermost && above !== folder) await syncFolders(above, uppermost);
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } catch (failure) {
    if (errnoOf(failure) !== 'EINVAL') throw failure; // some network file systems know no sync of folders: nothing to be had
  } finally {
    await folder.close();
  }
}
