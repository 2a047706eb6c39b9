import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { repositoriesPath, storeRoot } from '../../../oci/distribution-layout.ts';
import { type DiskPlace, listFolder } from '../on-disk/careful-read.ts';
import { isFolder } from './quick-read.ts';
import type { Leftover } from './tasks.ts';

const OWN_PARTS = ['_manifests', '_layers', '_uploads'] as const;

/** A repository without a single file in what is its own: no link, no tag, no upload. `undefined`: it has one. */
export function emptyRepository(place: DiskPlace, repository: string): Leftover | undefined {
  const folder = `${repositoriesPath(storeRoot(place.root))}/${repository}`;
  let newestAtMs = 0;
  for (const part of OWN_PARTS) {
    const partAtMs = newestFolder(place, join(folder, part));
    if (partAtMs === undefined) return undefined;
    newestAtMs = Math.max(newestAtMs, partAtMs);
  }
  if (newestAtMs === 0) return undefined; // it went meanwhile
  return { kind: 'repository', repository: '', key: repository, sizeBytes: 0, newestAtMs };
}

/** The newest of a folder and all in it, 0 where there is none. `undefined`: there is a file. */
function newestFolder(place: DiskPlace, folder: string): number | undefined {
  const stats = lstatSync(folder, { throwIfNoEntry: false });
  const entries = stats === undefined ? undefined : listFolder(place, folder);
  if (stats === undefined || entries === undefined) return 0;
  if (!entries.every((entry) => isFolder(entry, folder))) return undefined;
  let newestAtMs = Math.floor(stats.mtimeMs);
  for (const { name } of entries) {
    const innerAtMs = newestFolder(place, join(folder, name));
    if (innerAtMs === undefined) return undefined;
    newestAtMs = Math.max(newestAtMs, innerAtMs);
  }
  return newestAtMs;
}
