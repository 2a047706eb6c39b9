import { dirname } from 'node:path';
import { storeRoot } from '../../../oci/distribution-layout.ts';
import { type DiskPlace, statFolder } from '../on-disk/careful-read.ts';
import { requireNoMount } from '../on-disk/mounts.ts';

/**
 * Sees to it that all which a walk passes without looking is the store's own: the folders that the layout begins with, which no listing
 * names, are no symbolic links, and nothing is mounted below them. What is not there is not missed.
 *
 * @throws STORE_WALK_FAILED
 */
export function requireOwnFolders(place: DiskPlace): void {
  const layout = storeRoot(place.root);
  const [docker, registry] = [dirname(dirname(layout)), dirname(layout)];
  for (const folder of [docker, registry, layout, `${layout}/blobs`]) statFolder(place, folder);
  requireNoMount(docker);
}
