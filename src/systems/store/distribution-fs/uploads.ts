import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { repositoriesPath, storeRoot } from '../../../oci/distribution-layout.ts';
import { type DiskPlace, listFolder, readSmallFile, statFile } from '../on-disk/careful-read.ts';
import { foldersIn, isFolder } from './quick-read.ts';
import type { Leftover } from './tasks.ts';

/** More than a time in RFC 3339 has. */
const MAX_TIME_BYTES = 100;

/**
 * Uploads of a repository: begun, and neither finished nor given up. The newest time is that of whatever was written last, or
 * what `startedat` says, if that is later; folders count only where there is no file.
 */
export function findUploads(place: DiskPlace, repository: string): readonly Leftover[] {
  const folder = `${repositoriesPath(storeRoot(place.root))}/${repository}/_uploads`;
  return foldersIn(place, folder).flatMap((uuid): Leftover[] => {
    const files = filesBelow(place, join(folder, uuid));
    if (files === undefined) return [];
    const startedAtMs = startOf(place, join(folder, uuid, 'startedat'));
    return [
      {
        kind: 'upload',
        repository,
        key: uuid,
        sizeBytes: files.sizeBytes,
        newestAtMs: Math.max(files.count > 0 ? files.newestAtMs : files.folderAtMs, startedAtMs ?? 0),
      },
    ];
  });
}

interface FilesBelow {
  readonly count: number;
  readonly sizeBytes: number;
  readonly newestAtMs: number;
  readonly folderAtMs: number;
}

/** `undefined`: it is gone. */
function filesBelow(place: DiskPlace, folder: string): FilesBelow | undefined {
  const own = lstatSync(folder, { throwIfNoEntry: false });
  const entries = listFolder(place, folder);
  if (own === undefined || entries === undefined) return undefined;
  let { count, sizeBytes, newestAtMs, folderAtMs } = {
    count: 0,
    sizeBytes: 0,
    newestAtMs: 0,
    folderAtMs: Math.floor(own.mtimeMs),
  };
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (isFolder(entry, folder)) {
      const inner = filesBelow(place, path);
      if (inner === undefined) continue;
      count += inner.count;
      sizeBytes += inner.sizeBytes;
      newestAtMs = Math.max(newestAtMs, inner.newestAtMs);
      folderAtMs = Math.max(folderAtMs, inner.folderAtMs);
      continue;
    }
    const stats = statFile(place, path);
    if (stats === undefined) continue;
    count += 1;
    sizeBytes += stats.size;
    newestAtMs = Math.max(newestAtMs, Math.floor(stats.mtimeMs));
  }
  return { count, sizeBytes, newestAtMs, folderAtMs };
}

/** `undefined`: there is no such file, or no time in it. */
function startOf(place: DiskPlace, path: string): number | undefined {
  const stats = statFile(place, path);
  if (stats === undefined || stats.size > MAX_TIME_BYTES) return undefined;
  const atMs = Date.parse(
    Buffer.from(readSmallFile(place, path, MAX_TIME_BYTES) ?? [])
      .toString('latin1')
      .trim(),
  );
  return Number.isNaN(atMs) ? undefined : atMs;
}
