import { randomUUID } from 'node:crypto';
import { linkSync, renameSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Digest, isDigest } from '../../../oci/digest.ts';
import { errnoOf } from '../../../util/pure/system-failure.ts';
import type { StoreOutcome } from '../contract.ts';
import { type DiskPlace, readSmallFile, statFolder } from '../on-disk/careful-read.ts';
import { syncFolders, unlinkIfThere, writeNewFile } from '../on-disk/durable.ts';
import { notWritable } from '../on-disk/failures.ts';
import { fileIfThere, type Ground, writtenAtMs } from '../on-disk/ground.ts';

/** Longer than any digest: what is longer is no link. */
const MAX_LINK_BYTES = 1024;

/** What stands in a link; not a digest where it is empty, short or damaged. `undefined`: there is none. @throws STORE_WALK_FAILED */
export function readLink(disk: DiskPlace, path: string): { readonly digest: Digest | undefined } | undefined {
  // Its folder may be a symbolic link as well, and is named by nothing but this path.
  const bytes = statFolder(disk, dirname(path)) && readSmallFile(disk, path, MAX_LINK_BYTES);
  if (bytes === undefined) return undefined;
  const text = Buffer.from(bytes).toString('latin1');
  return { digest: isDigest(text) ? text : undefined };
}

/** Removes a file, unless it is newer. @throws STORE_NOT_WRITABLE */
export function removeFile(ground: Ground, path: string, notNewerThanMs: number): StoreOutcome {
  const stat = ground.has(dirname(path)) ? fileIfThere(path) : undefined;
  if (stat === undefined) return 'absent';
  if (writtenAtMs(stat) > notNewerThanMs) return 'changed';
  try {
    return unlinkIfThere(path) ? 'done' : 'absent';
  } catch (failure) {
    throw notWritable('removing', path, failure);
  }
}

/**
 * Writes a file beside its place and gives it its name there, as Distribution does from 3.1 on: nobody ever sees half of it.
 *
 * @param over - replaces what is there. Else, when something is there, false is the answer.
 * @throws STORE_NOT_WRITABLE
 */
export function putFile(ground: Ground, path: string, bytes: Uint8Array, over: boolean): boolean {
  const made = ground.make(dirname(path));
  const draft = `${path}.${randomUUID()}.tmp`;
  try {
    writeNewFile(draft, bytes);
    const isPut = over ? rename(draft, path) : giveName(draft, path);
    syncFolders([dirname(path), ...made.map((folder) => dirname(folder))]);
    return isPut;
  } catch (failure) {
    throw notWritable('writing', path, failure);
  }
}

function rename(draft: string, path: string): true {
  renameSync(draft, path);
  return true;
}

/** A rename would take the place of what somebody else put there meanwhile. */
function giveName(draft: string, path: string): boolean {
  try {
    linkSync(draft, path);
    return true;
  } catch (failure) {
    if (errnoOf(failure) === 'EEXIST') return false;
    if (!NO_LINKS.has(errnoOf(failure) ?? '')) throw failure;
    return fileIfThere(path) === undefined && rename(draft, path);
  } finally {
    unlinkIfThere(draft);
  }
}

/** What file systems say that know no hard links. */
const NO_LINKS: ReadonlySet<string> = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS']);
