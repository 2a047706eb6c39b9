import { lstatSync } from 'node:fs';
import type { ShardedDigests } from '../../../evidence/sharded-digests.ts';
import { layerLinkPath, repositoriesPath, revisionsPath, storeRoot } from '../../../oci/distribution-layout.ts';
import { type DiskPlace, statFile, walkFailed } from '../on-disk/careful-read.ts';
import { SHA256 } from '../plain-digest.ts';
import { foldersIn, readLinkText, statLink } from './quick-read.ts';
import type { LayerLinks, LinksFound } from './tasks.ts';

/** Numbers for each blob in an answer of {@link lookAtBlobs}: length, bytes that its removal frees, time of writing. */
export const FACTS_PER_BLOB = 3;
const HEX_AT = SHA256.length;
/** POSIX counts blocks in these, whatever the file system's own are. */
const BLOCK_BYTES = 512;

/** Looks at the data of some blobs, by number. A length of -1: it has no data. @throws STORE_WALK_FAILED */
export function lookAtBlobs(place: DiskPlace, blobs: ShardedDigests, from: number, to: number): Float64Array {
  const facts = new Float64Array((to - from) * FACTS_PER_BLOB);
  // As `blobPath` has it, put together once: it is asked for every blob.
  const root = `${storeRoot(place.root)}/blobs/sha256`;
  for (let blob = from; blob < to; blob += 1) {
    const digest = blobs.at(blob);
    const folder = `${root}/${digest.slice(HEX_AT, HEX_AT + 2)}/${digest.slice(HEX_AT)}`;
    requireFolder(place, folder);
    const stats = statFile(place, `${folder}/data`);
    const at = (blob - from) * FACTS_PER_BLOB;
    facts[at] = stats?.size ?? -1;
    facts[at + 1] = stats === undefined || stats.nlink > 1 ? 0 : stats.blocks * BLOCK_BYTES;
    facts[at + 2] = Math.floor(stats?.mtimeMs ?? 0);
  }
  return facts;
}

/** A blob's own folder must be one: what a link leads to is not the store's. */
function requireFolder(place: DiskPlace, path: string): void {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return;
  if (stats.isSymbolicLink()) throw walkFailed('looking at', path, 'it is a symbolic link, which is not followed');
  if (stats.dev !== place.device) throw walkFailed('looking at', path, 'something else is mounted there');
}

/** Finds a repository's links to the blobs that are looked for: of layers, by any algorithm, and of manifests. */
export function lookAtLinks(place: DiskPlace, blobs: ShardedDigests, repository: string): LinksFound {
  const root = storeRoot(place.root);
  const found: [blob: number, atMs: number][] = [];
  const note = (blob: number, path: string) => {
    const link = blob < 0 ? undefined : statLink(place, path);
    if (link !== undefined) found.push([blob, link.atMs]);
  };
  const layers = `${repositoriesPath(root)}/${repository}/_layers`;
  for (const algorithm of foldersIn(place, layers))
    for (const hex of foldersIn(place, `${layers}/${algorithm}`)) {
      const path = `${layers}/${algorithm}/${hex}/link`;
      note(algorithm === 'sha256' ? blobs.indexOfHex(hex) : blobs.indexOf(readLinkText(place, path) ?? ''), path);
    }
  const layerLinks = found.length;
  for (const hex of foldersIn(place, `${revisionsPath(root, repository)}/sha256`))
    note(blobs.indexOfHex(hex), `${revisionsPath(root, repository)}/sha256/${hex}/link`);
  return {
    repository,
    blobs: Int32Array.from(found, ([blob]) => blob),
    linkedAtMs: Float64Array.from(found, ([, atMs]) => atMs),
    layerLinks,
  };
}

/** Looks again at links that were seen before. Those that are gone by now are left out. */
export function lookAtLayerLinks(
  place: DiskPlace,
  blobs: ShardedDigests,
  { repository, blobs: asked }: LayerLinks,
): LinksFound {
  const root = storeRoot(place.root);
  const linkedAtMs = new Float64Array(asked.length);
  const found = asked.filter((blob, n) => {
    const link = statLink(place, layerLinkPath(root, repository, blobs.at(blob)));
    linkedAtMs[n] = link?.atMs ?? Number.NaN;
    return link !== undefined;
  });
  return {
    repository,
    blobs: found,
    linkedAtMs: linkedAtMs.filter((atMs) => !Number.isNaN(atMs)),
    layerLinks: found.length,
  };
}

/** Blobs that a repository has layer links to, as far as they are among those that were listed. */
export function listLayers(place: DiskPlace, blobs: ShardedDigests, repository: string): Int32Array {
  const folder = `${repositoriesPath(storeRoot(place.root))}/${repository}/_layers`;
  const found: number[] = [];
  for (const algorithm of foldersIn(place, folder))
    for (const hex of foldersIn(place, `${folder}/${algorithm}`)) {
      const link = `${folder}/${algorithm}/${hex}/link`;
      const blob = algorithm === 'sha256' ? blobs.indexOfHex(hex) : blobs.indexOf(readLinkText(place, link) ?? '');
      if (blob >= 0) found.push(blob);
    }
  return Int32Array.from(found);
}
