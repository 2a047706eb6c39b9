import { lstatSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { ShardedDigests } from '../../../evidence/sharded-digests.ts';
import { type Digest, isDigest } from '../../../oci/digest.ts';
import { blobPath, repositoriesPath, revisionsPath, storeRoot, tagsPath } from '../../../oci/distribution-layout.ts';
import { type DiskPlace, listFolder, statFile } from '../on-disk/careful-read.ts';
import { emptyRepository } from './empty-repository.ts';
import { foldersIn, LINK_BYTES, readLinkText, statLink } from './quick-read.ts';
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

/**
 * What only lies about in a repository.
 *
 * @param thorough - looks into the folder of every link as well: for links without content, history, and temporary files there.
 */
export function findLeftovers(ground: Ground, repository: string, thorough: boolean): readonly Leftover[] {
  const { place } = ground;
  const found: Leftover[] = [...findUploads(place, repository)];
  const search: Search = { ...ground, repository, found };
  const folder = `${repositoriesPath(storeRoot(place.root))}/${repository}`;
  foldersAndTemporary(search, folder);
  findIdleLayerLinks(search, `${folder}/_layers`, thorough);
  if (thorough) findIdleHistory(search);
  const empty = emptyRepository(place, repository);
  if (empty !== undefined) found.push(empty);
  return found;
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
    if (entry.isDirectory()) names.push(entry.name);
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

/** Layer links that lead to no data, or say nothing. */
function findIdleLayerLinks(search: Search, layers: string, thorough: boolean): void {
  const { place, blobs, repository, found } = search;
  for (const algorithm of foldersAndTemporary(search, layers))
    for (const hex of foldersIn(place, `${layers}/${algorithm}`)) {
      const digest = `${algorithm}:${hex}`;
      if (!isDigest(digest)) continue;
      const folder = `${layers}/${algorithm}/${hex}`;
      if (thorough) foldersAndTemporary(search, folder);
      const isPlain = algorithm === 'sha256';
      if (isPlain && !thorough && blobs.indexOfHex(hex) >= 0 && !isDoubted(search, digest)) continue;
      const link = statLink(place, `${folder}/link`);
      if (link === undefined) continue; // deleted through the API, which leaves the folder
      const named = isPlain ? digest : readLinkText(place, `${folder}/link`);
      const isIdle = link.sizeBytes < LINK_BYTES || (named !== undefined && !hasData(search, named));
      if (isIdle)
        found.push({ kind: 'layer-link', repository, key: digest, sizeBytes: link.sizeBytes, newestAtMs: link.atMs });
    }
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
