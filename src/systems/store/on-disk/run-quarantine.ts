import { closeSync, fstatSync, openSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { removeEmptyFolder, replaceFile, syncFolders, unlinkIfThere } from './durable.ts';
import { noSuchName, notWritable } from './failures.ts';
import { type Ground, lstatIfThere, writtenAtMs } from './ground.ts';
import { runQuarantineFolder, sinceNotePath } from './winnow-folder.ts';

/** A run's name becomes the name of a folder. @throws STORE_NOT_WRITABLE */
export function requireRunId(runId: string): void {
  if (!/^[A-Za-z0-9][A-Za-z0-9._+-]{0,127}$/.test(runId)) throw noSuchName('looking for a quarantine', runId, 'a run');
}

/** Where the blobs of one prefix (`hh`) lie. */
export function prefixFolder(root: string, runId: string, prefix: string): string {
  return join(shaFolder(root, runId), prefix);
}

export function shaFolder(root: string, runId: string): string {
  return join(runQuarantineFolder(root, runId), 'sha256');
}

/** Makes a folder, on disk when it returns. */
export function makeSynced(ground: Ground, folder: string): void {
  syncFolders(ground.make(folder).map((made) => join(made, '..')));
}

/**
 * Writes down, by the storage's own clock, when blobs came into the quarantine of a run. It is written before they come: what comes
 * and is not noted yet would seem to have been there since the note before.
 */
export function noteSince(ground: Ground, root: string, runId: string): void {
  const folder = runQuarantineFolder(root, runId);
  makeSynced(ground, folder);
  const note = sinceNotePath(root, runId);
  const draft = `${note}.draft`;
  replaceFile(note, draft, Buffer.from(`${nowOnStorage(draft)}\n`));
}

function nowOnStorage(probe: string): number {
  try {
    unlinkIfThere(probe);
    const handle = openSync(probe, 'wx');
    try {
      return writtenAtMs(fstatSync(handle));
    } finally {
      closeSync(handle);
      unlinkSync(probe);
    }
  } catch (failure) {
    throw notWritable('writing', probe, failure);
  }
}

/** Removes what is empty of a run's quarantine, after blobs left it: the folders of these prefixes, and when all are gone the rest. */
export function tidyRun(ground: Ground, root: string, runId: string, prefixes: Iterable<string>): void {
  for (const prefix of prefixes) removeEmptyFolder(prefixFolder(root, runId, prefix));
  if (!ground.has(runQuarantineFolder(root, runId)) || removeEmptyFolder(shaFolder(root, runId)) === 'full') return;
  const note = sinceNotePath(root, runId);
  if (lstatIfThere(note)?.isFile() === true) {
    try {
      unlinkIfThere(note);
    } catch (failure) {
      throw notWritable('removing', note, failure);
    }
  }
  removeEmptyFolder(runQuarantineFolder(root, runId));
}
