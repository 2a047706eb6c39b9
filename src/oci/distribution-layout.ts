import { algorithmOf, type Digest, hexOf } from './digest.ts';

/*
 * Distribution's layout (versions 2.8 and 3), the same on a file system and on an object store, which Winnow reads, and which the demo's registry writes.
 * Everything lies below `<folder>/docker/registry/v2`:
 *
 *   blobs/<alg>/<hh>/<hex>/data                                     bytes of a layer, a config or a manifest; hh: first two of hex
 *   repositories/<name>/
 *     _layers/<alg>/<hex>/link                                      the repository may use this blob
 *     _manifests/revisions/<alg>/<hex>/link                         the repository has this manifest
 *     _manifests/tags/<tag>/current/link                            what the tag stands for
 *     _manifests/tags/<tag>/index/<alg>/<hex>/link                  one for each manifest that the tag ever stood for
 *     _uploads/<uuid>/startedat                                     RFC 3339 in UTC to the second, no newline
 *     _uploads/<uuid>/data                                          bytes so far
 *
 * A `link` is `sha256:<hex>` without a newline. Blobs are always stored under sha256: a link under `sha512/` is an alias, and names
 * the sha256 digest of the same bytes. Repositories nest (`a` and `a/b`); names that begin with `_` are the layout's own.
 * New files are written beside their place as `<name>.<uuid>.tmp` and renamed, as Distribution does from 3.1 on.
 *
 * https://github.com/distribution/distribution/blob/v2.8.3/registry/storage/paths.go
 */

/** Where the layout begins. @param folder - Distribution's `rootdirectory`. */
export function storeRoot(folder: string): string {
  return join(folder, 'docker', 'registry', 'v2');
}

export function repositoriesPath(root: string): string {
  return join(root, 'repositories');
}

/** @param digest - a sha256 digest: nothing else is stored. */
export function blobPath(root: string, digest: Digest): string {
  const hex = hexOf(digest);
  return join(root, 'blobs', algorithmOf(digest), hex.slice(0, 2), hex, 'data');
}

export function manifestsPath(root: string, repository: string): string {
  return join(repositoriesPath(root), repository, '_manifests');
}

export function layerLinkPath(root: string, repository: string, digest: Digest): string {
  return join(repositoriesPath(root), repository, '_layers', algorithmOf(digest), hexOf(digest), 'link');
}

export function revisionsPath(root: string, repository: string): string {
  return join(manifestsPath(root, repository), 'revisions');
}

export function revisionLinkPath(root: string, repository: string, digest: Digest): string {
  return join(revisionsPath(root, repository), algorithmOf(digest), hexOf(digest), 'link');
}

export function tagsPath(root: string, repository: string): string {
  return join(manifestsPath(root, repository), 'tags');
}

export function tagPath(root: string, repository: string, tag: string): string {
  return join(tagsPath(root, repository), tag);
}

export function currentLinkPath(root: string, repository: string, tag: string): string {
  return join(tagPath(root, repository, tag), 'current', 'link');
}

export function tagIndexLinkPath(root: string, repository: string, tag: string, digest: Digest): string {
  return join(tagPath(root, repository, tag), 'index', algorithmOf(digest), hexOf(digest), 'link');
}

export function uploadPath(root: string, repository: string, uuid: string): string {
  return join(repositoriesPath(root), repository, '_uploads', uuid);
}

/** `2026-03-01T12:00:00Z`: what stands in `startedat`. */
export function formatStartedAt(time: Date): string {
  return `${time.toISOString().slice(0, 19)}Z`;
}

/** Keys of an object store and paths of a POSIX file system alike. */
function join(...parts: readonly string[]): string {
  return parts.join('/');
}
