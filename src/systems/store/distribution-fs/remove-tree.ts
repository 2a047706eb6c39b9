import { readdirSync, unlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { repositoriesPath, uploadPath } from '../../../oci/distribution-layout.ts';
import { errnoOf } from '../../../util/pure/system-failure.ts';
import type { StoreOutcome } from '../contract.ts';
import { newBreath } from '../on-disk/breath.ts';
import { removeEmptyFolder } from '../on-disk/durable.ts';
import { inTheWay, notWritable } from '../on-disk/failures.ts';
import { type Ground, groundOf, lstatIfThere, writtenAtMs } from '../on-disk/ground.ts';
import { repositoryFolder, type StorePlace } from './store-place.ts';

/** The parts of a repository that are the layout's own; all other folders in it are other repositories. */
const OWN_PARTS = ['_manifests', '_layers', '_uploads'] as const;

/**
 * Removes what is left of an upload that nobody goes on with. All of it is looked at before anything goes.
 * `changed`: a part of it is newer, or came while the others went.
 */
export async function removeUpload(
  place: StorePlace,
  repository: string,
  uuid: string,
  notNewerThanMs: number,
): Promise<StoreOutcome> {
  const ground = groundOf(place.root);
  const folder = uploadPath(place.layoutRoot, repository, uuid);
  if (!ground.has(folder)) return 'absent';
  const tree = await treeOf(ground, folder);
  // folders change with every file in them: they count only where there is none
  const newestMs = tree.files.length > 0 ? tree.newestFileMs : tree.newestFolderMs;
  if (newestMs > notNewerThanMs) return 'changed';
  for (const file of tree.files) removeFileOf(file);
  return removeFolders(tree.folders);
}

/**
 * Removes a repository that has nothing, by removing empty folders from below: what somebody pushes meanwhile makes it fail, and
 * stays. Repositories inside its folder are others, and stay, too. Folders above that are empty then go with it.
 * `changed`: there is a file in it, or a newer folder.
 */
export async function removeRepository(
  place: StorePlace,
  repository: string,
  notNewerThanMs: number,
): Promise<StoreOutcome> {
  const ground = groundOf(place.root);
  const folder = repositoryFolder(place, repository);
  const parts = OWN_PARTS.map((part) => join(folder, part)).filter((part) => ground.has(part));
  if (parts.length === 0) return 'absent';
  const folders: string[] = [];
  for (const part of parts) {
    const tree = await treeOf(ground, part);
    if (tree.files.length > 0 || tree.newestFolderMs > notNewerThanMs) return 'changed';
    folders.push(...tree.folders);
  }
  const outcome = await removeFolders(folders);
  if (outcome === 'done') removeEmptyAbove(place, folder);
  return outcome;
}

interface Tree {
  readonly files: readonly string[];
  /** The inner ones before those that they lie in. */
  readonly folders: readonly string[];
  readonly newestFileMs: number;
  readonly newestFolderMs: number;
}

/** @throws STORE_NOT_WRITABLE at anything that is neither file nor folder, or lies elsewhere */
async function treeOf(ground: Ground, top: string): Promise<Tree> {
  const files: string[] = [];
  const folders: string[] = [];
  let [newestFileMs, newestFolderMs] = [0, 0];
  const breath = newBreath();
  const open = [top];
  for (let folder = open.pop(); folder !== undefined; folder = open.pop()) {
    const own = ground.has(folder) ? lstatIfThere(folder) : undefined;
    if (own === undefined) continue;
    folders.push(folder);
    newestFolderMs = Math.max(newestFolderMs, writtenAtMs(own));
    for (const path of namesIn(folder).map((name) => join(folder, name))) {
      const stat = lstatIfThere(path);
      if (stat?.isDirectory() === true) open.push(path);
      else if (stat?.isFile() === true) {
        files.push(path);
        newestFileMs = Math.max(newestFileMs, writtenAtMs(stat));
      } else if (stat !== undefined) throw inTheWay(path, stat.isSymbolicLink() ? 'a symbolic link' : 'no file');
    }
    if (breath.isDue()) await breath.take();
  }
  return { files, folders: folders.reverse(), newestFileMs, newestFolderMs };
}

async function removeFolders(folders: readonly string[]): Promise<StoreOutcome> {
  const breath = newBreath();
  for (const folder of folders) {
    if (removeEmptyFolder(folder) === 'full') return 'changed';
    if (breath.isDue()) await breath.take();
  }
  return 'done';
}

function removeEmptyAbove(place: StorePlace, folder: string): void {
  const top = repositoriesPath(place.layoutRoot);
  for (let at = folder; at !== top; at = dirname(at)) if (removeEmptyFolder(at) === 'full') return;
}

function removeFileOf(path: string): void {
  try {
    unlinkSync(path);
  } catch (failure) {
    if (errnoOf(failure) !== 'ENOENT') throw notWritable('removing', path, failure);
  }
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (failure) {
    if (errnoOf(failure) === 'ENOENT') return [];
    throw notWritable('listing', folder, failure);
  }
}
