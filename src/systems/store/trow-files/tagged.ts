import { join } from 'node:path';
import { type Digest, isDigest } from '../../../oci/digest.ts';
import { type DiskPlace, listFolder } from '../on-disk/careful-read.ts';
import { noSuchName } from '../on-disk/failures.ts';
import { manifestsFolder } from './layout.ts';
import { readReference } from './references.ts';
import { isRepository } from './scopes.ts';
import { currentDigests } from './tag-history.ts';

/** What the tags of a repository stand for; of one that is damaged, all that it names. @throws STORE_WALK_FAILED */
export function taggedIn(disk: DiskPlace, repository: string): ReadonlySet<Digest> {
  if (!isRepository(repository)) throw noSuchName('looking for the tags of', repository, 'a repository');
  const tagged = new Set<Digest>();
  for (const entry of listFolder(disk, join(manifestsFolder(disk.root), repository)) ?? []) {
    if (entry.isDirectory() || isDigest(entry.name)) continue;
    const history = readReference(disk, repository, entry.name)?.history;
    if (history === undefined) continue;
    const lines = history.damage === undefined ? undefined : history.lines.map(({ digest }) => digest);
    for (const digest of lines ?? currentDigests(history.lines)) tagged.add(digest);
  }
  return tagged;
}
