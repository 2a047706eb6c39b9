import { dirname, join, relative } from 'node:path';
import { layerLinkPath, manifestsPath, revisionLinkPath, tagIndexLinkPath } from '../../../oci/distribution-layout.ts';
import { CodedError } from '../../../util/pure/coded-error.ts';
import type { StoreOutcome } from '../contract.ts';
import { type DiskPlace, diskPlace, listFolder, readSmallFile } from '../on-disk/careful-read.ts';
import { noSuchName } from '../on-disk/failures.ts';
import { groundOf } from '../on-disk/ground.ts';
import { putFile } from './link-file.ts';
import type { Removable } from './removable.ts';
import { isOneName, repositoryFolder, type StorePlace } from './store-place.ts';
import type { TagTables } from './tag-table.ts';

/** What a journal keeps of something that goes: JSON. Paths are relative to the {@link folderOf} what goes. */
interface Saved {
  readonly files: readonly { readonly path: string; readonly base64: string }[];
  readonly folders: readonly string[];
}

/** What goes into a journal: links, and files of that size. Above it is data that a client was sending. */
const MAX_FILE_BYTES = 65_536;
/** Of a repository that is nothing but folders. */
const MAX_FOLDERS = 1000;

/** Reads what {@link putBackSaved} needs. `undefined`: it can't come back, or is not there. @throws STORE_WALK_FAILED */
export async function saveFiles(place: StorePlace, target: Removable, tables: TagTables): Promise<Saved | undefined> {
  const disk = diskPlace(place.root);
  const base = folderOf(place, target);
  if (target.kind === 'upload') return undefined;
  if (target.kind === 'repository') return savedFolders(disk, base);
  const files: { path: string; base64: string }[] = [];
  for (const path of await filesOf(place, target, tables)) {
    const bytes = readIfSmall(disk, path);
    if (bytes === 'large') return undefined;
    if (bytes !== undefined) files.push({ path: relative(base, path), base64: Buffer.from(bytes).toString('base64') });
  }
  return files.length === 0 ? undefined : { files, folders: [] };
}

/** @returns `changed` where something else is in the place of a part of it: that stays, and the other parts come back */
export function putBackSaved(place: StorePlace, target: Removable, saved: unknown): StoreOutcome {
  const ground = groundOf(place.root);
  const disk = diskPlace(place.root);
  const base = folderOf(place, target);
  const { files, folders } = requireSaved(saved);
  let outcome: StoreOutcome = 'done';
  for (const folder of folders) ground.make(below(base, folder));
  for (const { path: inside, base64 } of files) {
    const path = below(base, inside);
    const bytes = Buffer.from(base64, 'base64');
    if (putFile(ground, path, bytes, false)) continue;
    const there = readIfSmall(disk, path);
    if (there === 'large' || there === undefined || !bytes.equals(there)) outcome = 'changed';
  }
  return outcome;
}

async function filesOf(
  place: StorePlace,
  target: Exclude<Removable, { readonly kind: 'upload' | 'repository' }>,
  tables: TagTables,
): Promise<readonly string[]> {
  const { layoutRoot } = place;
  if (target.kind === 'temporary-file') return [target.path];
  const { repository, digest } = target;
  if (target.kind === 'layer-link') return [layerLinkPath(layoutRoot, repository, digest)];
  if (target.kind === 'tag-history-link') return [tagIndexLinkPath(layoutRoot, repository, target.tag, digest)];
  const tags = (await tables(repository)).history.get(digest) ?? [];
  const history = tags.map((tag) => tagIndexLinkPath(layoutRoot, repository, tag, digest));
  return [revisionLinkPath(layoutRoot, repository, digest), ...history];
}

/** What everything of a target lies in. */
function folderOf(place: StorePlace, target: Removable): string {
  switch (target.kind) {
    case 'temporary-file':
      return dirname(target.path);
    case 'manifest':
    case 'tag-history-link':
      return manifestsPath(place.layoutRoot, target.repository);
    default:
      return repositoryFolder(place, target.repository);
  }
}

function savedFolders(disk: DiskPlace, base: string): Saved | undefined {
  const folders: string[] = [];
  const open = ['_manifests', '_layers', '_uploads'];
  for (let folder = open.pop(); folder !== undefined && folders.length < MAX_FOLDERS; folder = open.pop()) {
    const entries = listFolder(disk, join(base, folder));
    if (entries === undefined) continue;
    folders.push(folder);
    for (const entry of entries) if (entry.isDirectory()) open.push(join(folder, entry.name));
  }
  return folders.length === 0 ? undefined : { files: [], folders };
}

function readIfSmall(disk: DiskPlace, path: string): Uint8Array | 'large' | undefined {
  try {
    return readSmallFile(disk, path, MAX_FILE_BYTES);
  } catch (failure) {
    if (failure instanceof CodedError && failure.code === 'STORE_TOO_LARGE') return 'large';
    throw failure;
  }
}

/** Journals are files: what they say may not lead out of the place of what went. */
function below(base: string, path: string): string {
  if (path.split('/').every(isOneName)) return join(base, path);
  throw noSuchName('putting back', path, 'a file');
}

function requireSaved(saved: unknown): Saved {
  const { files, folders } = (saved ?? {}) as Record<string, unknown>;
  const isWhole = Array.isArray(files) && files.every(isSavedFile) && Array.isArray(folders) && folders.every(isText);
  if (!isWhole) throw noSuchName('putting back', JSON.stringify(saved) ?? 'nothing', 'anything that was saved');
  return { files, folders };
}

function isSavedFile(value: unknown): value is Saved['files'][number] {
  if (typeof value !== 'object' || value === null) return false;
  const { path, base64 } = value as Record<string, unknown>;
  return isText(path) && isText(base64);
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}
