import { randomUUID } from 'node:crypto';
import { linkSync, utimesSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Resource } from '../../../evidence/resource.ts';
import { errnoOf } from '../../../util/pure/system-failure.ts';
import type { StoreOutcome } from '../contract.ts';
import { diskPlace, readSmallFile, statFile } from '../on-disk/careful-read.ts';
import { syncFolders, unlinkIfThere, writeNewFile } from '../on-disk/durable.ts';
import { noSuchName, notWritable } from '../on-disk/failures.ts';
import { groundOf, writtenAtMs } from '../on-disk/ground.ts';
import type { OnDiskPlace } from '../on-disk/on-disk-place.ts';
import { winnowFolder } from '../on-disk/winnow-folder.ts';
import { removableOf } from './remove.ts';

/** What comes back: a manifest's file, or a folder. */
type Saved = { readonly text: string; readonly writtenAtMs: number } | { readonly folder: true };

/** Trow's own files of manifests pushed by digest have a line or a few. */
const MAX_SAVED_BYTES = 1024 * 1024;

/** @see Store.save */
export function saveOfTrow(place: OnDiskPlace, target: Resource): Saved | undefined {
  const removable = removableOf(place, target);
  if (removable.kind === 'upload') return undefined;
  if (removable.kind === 'repository') return { folder: true };
  const disk = diskPlace(place.root);
  const stats = statFile(disk, removable.path);
  const bytes = stats && readSmallFile(disk, removable.path, MAX_SAVED_BYTES);
  if (stats === undefined || bytes === undefined) return undefined;
  return { text: Buffer.from(bytes).toString('latin1'), writtenAtMs: writtenAtMs(stats) };
}

/** @see Store.putBack */
export function putBackIntoTrow(place: OnDiskPlace, target: Resource, saved: unknown): StoreOutcome {
  const removable = removableOf(place, target);
  if (removable.kind === 'upload' || !isSaved(saved))
    throw noSuchName(
      `putting back the ${target.kind} in ${target.scope}`,
      target.key,
      `a ${target.kind} that was saved`,
    );
  const ground = groundOf(place.root);
  if ('folder' in saved) {
    syncFolders(ground.make(removable.path).map((folder) => dirname(folder)));
    return 'done';
  }
  const made = ground.make(dirname(removable.path));
  const outcome = placeFile(place, removable.path, saved);
  syncFolders([dirname(removable.path), ...made.map((folder) => dirname(folder))]);
  return outcome;
}

/** It is written elsewhere, since any file in a repository's folder is a tag, and gets its name at once. */
function placeFile(
  place: OnDiskPlace,
  path: string,
  { text, writtenAtMs: atMs }: Exclude<Saved, { folder: true }>,
): StoreOutcome {
  const bytes = Buffer.from(text, 'latin1');
  const draft = join(winnowFolder(place.root), `manifest-${randomUUID()}`);
  groundOf(place.root).make(winnowFolder(place.root));
  try {
    writeNewFile(draft, bytes);
    utimesSync(draft, atMs / 1000, atMs / 1000);
    linkSync(draft, path);
    return 'done';
  } catch (failure) {
    if (errnoOf(failure) !== 'EEXIST') throw notWritable('putting back', path, failure);
    const there = readSmallFile(diskPlace(place.root), path, MAX_SAVED_BYTES);
    return there !== undefined && bytes.equals(there) ? 'done' : 'changed';
  } finally {
    unlinkIfThere(draft);
  }
}

function isSaved(value: unknown): value is Saved {
  if (typeof value !== 'object' || value === null) return false;
  if ('folder' in value) return value.folder === true;
  return (
    'text' in value && typeof value.text === 'string' && 'writtenAtMs' in value && typeof value.writtenAtMs === 'number'
  );
}
