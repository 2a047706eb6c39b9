import type { Digest } from '../../../oci/digest.ts';
import { currentLinkPath, revisionLinkPath, tagIndexLinkPath } from '../../../oci/distribution-layout.ts';
import type { StoreOutcome } from '../contract.ts';
import { diskPlace } from '../on-disk/careful-read.ts';
import type { Ground } from '../on-disk/ground.ts';
import { readLink, removeFile } from './link-file.ts';
import type { StorePlace } from './store-place.ts';
import type { TagTable } from './tag-table.ts';

export interface ManifestToRemove {
  readonly place: StorePlace;
  readonly ground: Ground;
  readonly repository: string;
  readonly digest: Digest;
  readonly notNewerThanMs: number;
  readonly tags: TagTable;
}

/**
 * Removes a repository's link to a manifest that no tag stands for, then what tags remember of it: a history entry that leads nowhere
 * harms nobody. Data is not touched. `changed`: the link is newer, a tag stands for it, or for something that can't be read.
 */
export function removeManifest(asked: ManifestToRemove): StoreOutcome {
  const { place, ground, repository, digest, notNewerThanMs, tags } = asked;
  if (tags.opaqueTag !== undefined || [...tags.current.values()].includes(digest)) return 'changed';
  const revision = revisionLinkPath(place.layoutRoot, repository, digest);
  const outcome = removeFile(ground, revision, notNewerThanMs);
  if (outcome === 'changed') return 'changed';
  for (const tag of tags.history.get(digest) ?? []) removeHistory(asked, tag);
  return outcome;
}

/** Tags have moved since the table was read, perhaps; a link that is newer stays, whatever it is. */
function removeHistory({ place, ground, repository, digest, notNewerThanMs }: ManifestToRemove, tag: string): void {
  const current = readLink(diskPlace(place.root), currentLinkPath(place.layoutRoot, repository, tag));
  if (current?.digest === digest) return;
  removeFile(ground, tagIndexLinkPath(place.layoutRoot, repository, tag, digest), notNewerThanMs);
}
