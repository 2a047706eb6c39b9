import { repositoriesPath, storeRoot } from '../../../oci/distribution-layout.ts';
import { type DiskPlace, listFolder, walkFailed } from '../on-disk/careful-read.ts';
import { isFolder } from './quick-read.ts';
import { requireOwnFolders } from './require-own-folders.ts';

const OWN: ReadonlySet<string> = new Set(['_manifests', '_layers', '_uploads']);

/**
 * All repositories: every folder that holds one of the layout's own, nested ones as well. (Distribution itself looks for `_layers`
 * up to 2.8, for `_manifests` from 3.0 on, and overlooks what lacks it.)
 *
 * @throws STORE_WALK_FAILED, also where the folder of repositories is missing: then all blobs would seem to be unused.
 */
export function findRepositories(place: DiskPlace): readonly string[] {
  requireOwnFolders(place);
  const top = repositoriesPath(storeRoot(place.root));
  const found: string[] = [];
  const open = [''];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const path = name === '' ? top : `${top}/${name}`;
    const entries = listFolder(place, path);
    if (entries === undefined && name === '') throw walkFailed('listing', path, 'there are no repositories');
    let isRepository = false;
    for (const entry of entries ?? []) {
      if (!isFolder(entry, path)) continue;
      if (OWN.has(entry.name)) isRepository = true;
      else if (!entry.name.startsWith('_')) open.push(name === '' ? entry.name : `${name}/${entry.name}`);
    }
    if (isRepository && name !== '') found.push(name);
  }
  return found;
}
