import { join } from 'node:path';
import { type Digest, hexOf } from '../../../oci/digest.ts';

/*
 * Trow's layout, from 0.2 to 0.6:
 *
 *   <data>/blobs/sha256/<hex>                   bytes of a layer, a config or a manifest, of any repository
 *   <data>/manifests/<repository>/<tag>         what the tag stands for and stood for: a line `sha256:<hex> <time>` for each push
 *   <data>/manifests/<repository>/sha256:<hex>  the same, for a manifest that was pushed by its digest
 *   <data>/manifests/f/<registry>/…             the same, of repositories that are fetched from elsewhere
 *   <data>/scratch/<uuid>                       an upload
 *   <data>/scratch/sha256:<hex>                 a blob on its way from elsewhere
 *
 * A repository's name has one or more parts, and repositories nest: `a` and `a/b`. Files are not written whole at once: a tag's file
 * is appended to (up to 0.3 written anew). An upload is renamed into its place, over what is there: so a blob's time is that of its
 * last upload.
 *
 * https://github.com/trow-registry/trow/blob/v0.6.4/src/trow_server/server.rs
 */

export function blobsFolder(root: string): string {
  return join(root, 'blobs', 'sha256');
}

/** @param digest - a sha256 digest: Trow stores nothing else */
export function blobPath(root: string, digest: Digest): string {
  return join(blobsFolder(root), hexOf(digest));
}

export function manifestsFolder(root: string): string {
  return join(root, 'manifests');
}

/** @param reference - a tag or a digest */
export function referencePath(root: string, repository: string, reference: string): string {
  return join(manifestsFolder(root), repository, reference);
}

export function scratchFolder(root: string): string {
  return join(root, 'scratch');
}
