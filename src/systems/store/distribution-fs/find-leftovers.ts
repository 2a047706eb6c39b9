import { lstatSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { ShardedDigests } from '../../../evidence/sharded-digests.ts';
import { type Digest, isDigest } from '../../../oci/digest.ts';
import { blobPath, repositoriesPath, revisionsPath, storeRoot, tagsPath } from '../../../oci/distribution-layout.ts';
import { type DiskPlace, listFolder, statFile } from '../on-disk/careful-read.ts';
import { emptyRepository } from './empty-repository.ts';
import { foldersIn, isFolder, LINK_BYTES, readLinkText, statLink } from './quick-read.ts';
import { prefixPath } from './read-blobs.ts';
import { TEMPORARY } from './removable.ts';
import type { Leftover } from './tasks.ts';
import { findUploads } from './uploads.ts';

export interface Ground {
  readonly place: DiskPlace;
  /** Those that have data. */
  readonly blobs: ShardedDigests;
  /** But these may have none. */
  readonly doubted: ShardedDigests | undefined;
}

/** Where leftovers are looked for, and where they are noted. */
interface Search extends Ground {
  readonly repository: string;
  readonly found: Leftover[];
}

export interface RepositoryLeftovers {
  readonly leftovers: readonly Leftover[];
  /** Blobs that are linked by their sha256 and need no closer look, by number. */
  readonly layers: Int32Array;
}

/**
 * What only lies about in a repository.
 *
 * @param thorough - looks into the folder of every link as well: for links without content, history, and temporary files there.
 * @param hasLinks - it is known not to be empty
 */
export function findLeftovers(
  ground: Ground,
  repository: string,
  thorough: boolean,
  hasLinks = false,
): RepositoryLeftovers {
  const { place } = ground;
  const found: Leftover[] = [...findUploads(place, repository)];
  const search: Search = { ...ground, repository, found };
  const folder = `${repositoriesPath(storeRoot(place.root))}/${repository}`;
  foldersAndTemporary(search, folder);
  const layers = findIdleLayerLinks(search, `${folder}/_layers`, thorough);
  if (thorough) {
    lookBesideRevisions(search);
    findIdleHistory(search);
  }
  const empty = hasLinks ? undefined : emptyRepository(place, repository);
  if (empty !== undefined) found.push(empty);
  return { leftovers: found, layers };
}

/** Temporary files among the blobs of one of the 256 folders. */
export function findBlobLeftovers(place: DiskPlace, firstByte: string): readonly Leftover[] {
  const found: Leftover[] = [];
  const search = { place, repository: '', found };
  for (const hex of foldersAndTemporary(search, prefixPath(place, firstByte)))
    foldersAndTemporary(search, `${prefixPath(place, firstByte)}/${hex}`);
  return found;
}

/** Names of the folders in a folder; temporary files in it are noted. */
function foldersAndTemporary(search: Omit<Search, keyof Omit<Ground, 'place'>>, folder: string): readonly string[] {
  const { place, found } = search;
  const names: string[] = [];
  for (const entry of listFolder(place, folder) ?? []) {
    if (isFolder(entry, folder)) names.push(entry.name);
    else if (entry.isFile() && TEMPORARY.test(entry.name)) {
      const file = statLink(place, join(folder, entry.name));
      if (file === undefined) continue;
      const key = relative(storeRoot(place.root), join(folder, entry.name));
      const { sizeBytes, atMs } = file;
      found.push({ kind: 'temporary-file', repository: '', key, sizeBytes, newestAtMs: atMs });
    }
  }
  return names;
}

/** Layer links that lead to no data, or say nothing. @returns the blobs that all others by sha256 lead to */
function findIdleLayerLinks(search: Search, layers: string, thorough: boolean): Int32Array {
  const { place, blobs, doubted } = search;
  let linked = new Int32Array(0);
  for (const algorithm of foldersAndTemporary(search, layers)) {
    const folder = `${layers}/${algorithm}`;
    const isPlain = algorithm === 'sha256';
    const names = foldersIn(place, folder);
    const known = new Int32Array(names.length);
    let count = 0;
    for (const hex of names) {
      const blob = isPlain ? blobs.indexOfHex(hex) : -1;
      const isSure = blob >= 0 && (doubted === undefined || doubted.indexOfHex(hex) < 0);
      if (blob >= 0) known[count++] = blob;
      if (!isSure || thorough) lookAtLayerLink(search, folder, `${algorithm}:${hex}`, thorough);
    }
    if (isPlain) linked = known.slice(0, count);
  }
  return linked;
}

/** Notes a layer link if it leads to no data, or says nothing. */
function lookAtLayerLink(search: Search, folder: string, digest: string, thorough: boolean): void {
  if (!isDigest(digest)) return;
  const { place, repository, found } = search;
  const own = `${folder}/${digest.slice(digest.indexOf(':') + 1)}`;
  if (thorough) foldersAndTemporary(search, own);
  const link = statLink(place, `${own}/link`);
  if (link === undefined) return; // deleted through the API, which leaves the folder
  const named = digest.startsWith('sha256:') ? digest : readLinkText(place, `${own}/link`);
  const isIdle = link.sizeBytes < LINK_BYTES || (named !== undefined && !hasData(search, named));
  if (isIdle)
    found.push({ kind: 'layer-link', repository, key: digest, sizeBytes: link.sizeBytes, newestAtMs: link.atMs });
}

/** What is not among the blobs may have come since they were listed. */
function hasData(search: Search, digest: Digest | ''): boolean {
  const { place, blobs } = search;
  if (digest === '' || !digest.startsWith('sha256:')) return false;
  const isListed = blobs.indexOf(digest) >= 0 && !isDoubted(search, digest);
  return isListed || statFile(place, blobPath(storeRoot(place.root), digest)) !== undefined;
}

function isDoubted({ doubted }: Search, digest: Digest): boolean {
  return doubted !== undefined && doubted.indexOf(digest) >= 0;
}

/** Temporary files beside the links of manifests. */
function lookBesideRevisions(search: Search): void {
  const revisions = revisionsPath(storeRoot(search.place.root), search.repository);
  for (const algorithm of foldersAndTemporary(search, revisions))
    for (const hex of foldersAndTemporary(search, `${revisions}/${algorithm}`))
      foldersAndTemporary(search, `${revisions}/${algorithm}/${hex}`);
}

/** What tags remember of manifests that the repository has no more. What a tag stands for now is no history. */
function findIdleHistory(search: Search): void {
  const { place, repository, found } = search;
  const root = storeRoot(place.root);
  const there = new Map<string, boolean>();
  const isThere = (digest: string) => {
    let known = there.get(digest);
    if (known === undefined) {
      const link = `${revisionsPath(root, repository)}/${digest.replace(':', '/')}/link`;
      known = lstatSync(link, { throwIfNoEntry: false }) !== undefined;
      there.set(digest, known);
    }
    return known;
  };
  for (const tag of foldersAndTemporary(search, tagsPath(root, repository))) {
    const folder = `${tagsPath(root, repository)}/${tag}`;
    foldersAndTemporary(search, `${folder}/current`);
    const current = readLinkText(place, `${folder}/current/link`);
    if (current === '') continue; // its history is all that tells what it stood for
    for (const algorithm of foldersAndTemporary(search, `${folder}/index`))
      for (const hex of foldersAndTemporary(search, `${folder}/index/${algorithm}`)) {
        const digest = `${algorithm}:${hex}`;
        foldersAndTemporary(search, `${folder}/index/${algorithm}/${hex}`);
        if (!isDigest(digest) || digest === current || isThere(digest)) continue;
        const link = statLink(place, `${folder}/index/${algorithm}/${hex}/link`);
        if (link === undefined) continue;
        const { sizeBytes, atMs } = link;
        found.push({ kind: 'tag-history-link', repository, key: `${tag}@${digest}`, sizeBytes, newestAtMs: atMs });
      }
  }
}
