import { dirname } from 'node:path';
import type { Digest } from '../../../oci/digest.ts';
import {
  blobPath,
  currentLinkPath,
  layerLinkPath,
  revisionLinkPath,
  tagIndexLinkPath,
} from '../../../oci/distribution-layout.ts';
import type { StoreOutcome } from '../contract.ts';
import { diskPlace } from '../on-disk/careful-read.ts';
import { fileIfThere, groundOf } from '../on-disk/ground.ts';
import { readLink, removeFile } from './link-file.ts';
import type { StorePlace } from './store-place.ts';

/** Removes a layer link that says nothing, or names a blob without data. `changed`: it leads somewhere, or is newer. */
export function removeIdleLayerLink(
  place: StorePlace,
  repository: string,
  digest: Digest,
  notNewerThanMs: number,
): StoreOutcome {
  const path = layerLinkPath(place.layoutRoot, repository, digest);
  const ground = groundOf(place.root);
  const link = readLink(diskPlace(place.root), path);
  if (link === undefined) return 'absent';
  if (link.digest !== undefined) {
    const data = blobPath(place.layoutRoot, link.digest);
    if (ground.has(dirname(data)) && fileIfThere(data) !== undefined) return 'changed';
  }
  return removeFile(ground, path, notNewerThanMs);
}

/** Removes what a tag remembers of a manifest that its repository has no more. `changed`: it has it, or the tag stands for it. */
export function removeHistoryLink(
  place: StorePlace,
  repository: string,
  tag: string,
  digest: Digest,
  notNewerThanMs: number,
): StoreOutcome {
  const path = tagIndexLinkPath(place.layoutRoot, repository, tag, digest);
  const disk = diskPlace(place.root);
  if (readLink(disk, path) === undefined) return 'absent';
  if (readLink(disk, revisionLinkPath(place.layoutRoot, repository, digest)) !== undefined) return 'changed';
  const current = readLink(disk, currentLinkPath(place.layoutRoot, repository, tag));
  // an empty link of the tag: its history is all that tells what it stood for
  if (current !== undefined && (current.digest === undefined || current.digest === digest)) return 'changed';
  return removeFile(groundOf(place.root), path, notNewerThanMs);
}
