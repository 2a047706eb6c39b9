import { type Digest, isDigest } from '../../../oci/digest.ts';
import { revisionsPath, storeRoot } from '../../../oci/distribution-layout.ts';
import type { DiskPlace } from '../on-disk/careful-read.ts';
import { foldersIn, hasFolder, statLink } from './quick-read.ts';

/** Manifests of a repository whose link was written at a time or later. */
export function revisionsSince(place: DiskPlace, repository: string, sinceMs: number): readonly Digest[] {
  const folder = revisionsPath(storeRoot(place.root), repository);
  return foldersIn(place, folder).flatMap((algorithm) =>
    foldersIn(place, `${folder}/${algorithm}`)
      .map((hex) => `${algorithm}:${hex}`)
      .filter(isDigest)
      .filter((digest) => {
        const link = statLink(place, `${folder}/${digest.replace(':', '/')}/link`);
        return link !== undefined && link.atMs >= sinceMs;
      }),
  );
}

/** Signatures beside the link of a schema 1 manifest: blobs that registries up to 2.x put its signatures into. */
export function signaturesOf(place: DiskPlace, repository: string, manifest: Digest): readonly Digest[] {
  const folder = `${revisionsPath(storeRoot(place.root), repository)}/${manifest.replace(':', '/')}/signatures`;
  if (!hasFolder(place, folder)) return [];
  return foldersIn(place, `${folder}/sha256`)
    .map((hex) => `sha256:${hex}`)
    .filter(isDigest);
}
