import { unlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Resource } from '../../../evidence/resource.ts';
import { type Digest, isDigest } from '../../../oci/digest.ts';
import { errnoOf } from '../../../util/pure/system-failure.ts';
import type { StoreOutcome } from '../contract.ts';
import { diskPlace, listFolder } from '../on-disk/careful-read.ts';
import { removeEmptyFolder, syncFolders } from '../on-disk/durable.ts';
import { noSuchName, notWritable } from '../on-disk/failures.ts';
import { fileIfThere, groundOf, lstatIfThere, writtenAtMs } from '../on-disk/ground.ts';
import type { OnDiskPlace } from '../on-disk/on-disk-place.ts';
import { manifestsFolder, referencePath, scratchFolder } from './layout.ts';
import { readReference } from './references.ts';
import { isFileName, isRepository, repositoryOfScope } from './scopes.ts';
import { currentDigests } from './tag-history.ts';

/** What can be removed from a Trow store besides blobs, by path. */
export type Removable =
  | { readonly kind: 'upload'; readonly path: string }
  | { readonly kind: 'repository'; readonly path: string; readonly repository: string }
  | { readonly kind: 'manifest'; readonly path: string; readonly repository: string; readonly digest: Digest };

/** @throws STORE_NOT_WRITABLE for what this store does not have, or what would lie outside it */
export function removableOf({ root, name }: OnDiskPlace, target: Resource): Removable {
  const { kind, scope, key } = target;
  if (kind === 'upload' && scope === name && isFileName(key)) return { kind, path: join(scratchFolder(root), key) };
  if (kind === 'repository' && scope === name && isRepository(key))
    return { kind, path: join(manifestsFolder(root), key), repository: key };
  const repository = repositoryOfScope(name, scope);
  if (kind === 'manifest' && repository !== undefined && isDigest(key))
    return { kind, path: referencePath(root, repository, key), repository, digest: key };
  throw noSuchName(`looking for the ${kind} in ${scope}`, key, `a ${kind}`);
}

/** @see Store.remove */
export function removeFromTrow(place: OnDiskPlace, target: Resource, notNewerThanMs: number): StoreOutcome {
  const removable = removableOf(place, target);
  if (!groundOf(place.root).has(dirname(removable.path))) return 'absent';
  if (removable.kind === 'repository') return removeRepository(place, removable.path, notNewerThanMs);
  if (removable.kind === 'manifest' && isTagged(place, removable.repository, removable.digest)) return 'changed';
  return removeFile(removable.path, notNewerThanMs);
}

function removeFile(path: string, notNewerThanMs: number): StoreOutcome {
  const stat = fileIfThere(path);
  if (stat === undefined) return 'absent';
  if (writtenAtMs(stat) > notNewerThanMs) return 'changed';
  try {
    unlinkSync(path);
  } catch (failure) {
    if (errnoOf(failure) === 'ENOENT') return 'absent';
    throw notWritable('removing', path, failure);
  }
  syncFolders([dirname(path)]);
  return 'done';
}

/** Folders go only while they are empty, from below: a push that comes meanwhile makes one again, or keeps it. */
function removeRepository(place: OnDiskPlace, path: string, notNewerThanMs: number): StoreOutcome {
  const top = manifestsFolder(place.root);
  const old: string[] = [];
  for (let folder = path; folder !== top; folder = dirname(folder)) {
    const stat = lstatIfThere(folder);
    if (stat === undefined) return 'absent';
    if (!stat.isDirectory() || writtenAtMs(stat) > notNewerThanMs) break;
    old.push(folder);
  }
  const [first, ...above] = old;
  if (first === undefined) return 'changed';
  const outcome = removeEmptyFolder(first);
  if (outcome === 'full') return 'changed';
  if (outcome === 'done') for (const folder of above) if (removeEmptyFolder(folder) !== 'done') break;
  return outcome;
}

/** Whether a tag of the repository stands for it, as it is now: a file that can't be read could. */
function isTagged(place: OnDiskPlace, repository: string, digest: Digest): boolean {
  const disk = diskPlace(place.root);
  for (const entry of listFolder(disk, join(manifestsFolder(place.root), repository)) ?? []) {
    if (entry.isDirectory() || isDigest(entry.name)) continue;
    const history = readReference(disk, repository, entry.name)?.history;
    if (history === undefined) continue;
    if (history.damage !== undefined || currentDigests(history.lines).includes(digest)) return true;
  }
  return false;
}
