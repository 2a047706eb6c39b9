import { createReadStream } from 'node:fs';
import { type FileHandle, open, rename, stat, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { errnoOf } from '../../../util/pure/system-failure.ts';
import type { SnapshotPlace } from '../contract.ts';
import { asPlaceError, placeFailure } from '../errors.ts';
import { gzipped, isGzipName, joined, unpacked } from '../packing.ts';

/**
 * A file: the lines as they are, or with gzip where its name ends with `.gz`. A new one is for its owner alone, since it names what a
 * company runs; one that is replaced keeps the rights that somebody gave it.
 *
 * @param path - absolute
 */
export function filePlace(path: string): SnapshotPlace {
  return {
    shown: path,
    async read(signal) {
      const doing = `reading the snapshot ${path}`;
      const file = await asPlaceError('SNAPSHOT_UNREADABLE', doing, signal, () => openIfThere(path));
      return file === undefined ? undefined : bytesOf(file, doing, signal);
    },
    async write(parts, _label, signal) {
      const bytes = isGzipName(path) ? await gzipped(parts) : joined(parts);
      await asPlaceError('SNAPSHOT_UNWRITABLE', `writing the snapshot ${path}`, signal, () => replace(path, bytes));
      return { sizeBytes: bytes.length };
    },
    close: async () => {},
  };
}

async function openIfThere(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, 'r');
  } catch (failure) {
    if (errnoOf(failure) === 'ENOENT') return undefined;
    throw failure;
  }
}

async function* bytesOf(file: FileHandle, doing: string, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  try {
    yield* unpacked(createReadStream('', { fd: file, signal }) as AsyncIterable<Uint8Array>);
  } catch (failure) {
    throw placeFailure('SNAPSHOT_UNREADABLE', doing, signal, failure);
  }
}

/** Under another name first, then at once under its own. */
async function replace(path: string, bytes: Uint8Array): Promise<void> {
  const draft = `${path}.${process.pid}.tmp`;
  const mode = await modeOf(path);
  try {
    const file = await open(draft, 'w', 0o600);
    try {
      if (mode !== undefined) await file.chmod(mode);
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, path);
  } catch (failure) {
    await unlinkIfThere(draft);
    throw failure;
  }
  await syncFolder(dirname(path));
}

async function modeOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).mode & 0o777;
  } catch (failure) {
    if (errnoOf(failure) === 'ENOENT') return undefined;
    throw failure;
  }
}

async function unlinkIfThere(path: string): Promise<void> {
  try {
    await unlink(path);
  } catch (failure) {
    if (errnoOf(failure) !== 'ENOENT' && errnoOf(failure) !== 'ENOTDIR') throw failure;
  }
}

/** Otherwise a crash could bring the old file back. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } catch (failure) {
    // Some network file systems can't sync a folder, and have nothing better to offer than what they did already.
    if (!['EINVAL', 'ENOTSUP', 'EOPNOTSUPP'].includes(errnoOf(failure) ?? '')) throw failure;
  } finally {
    await folder.close();
  }
}
