import { join } from 'node:path';
import type { Digest } from '../../../oci/digest.ts';
import { isDigest } from '../../../oci/digest.ts';
import { currentLinkPath, tagPath, tagsPath } from '../../../oci/distribution-layout.ts';
import { newBreath } from '../on-disk/breath.ts';
import { diskPlace, listFolder, readSmallFile } from '../on-disk/careful-read.ts';
import { readLink } from './link-file.ts';
import type { StorePlace } from './store-place.ts';

/** What the tags of a repository stand for, and stood for. */
export interface TagTable {
  /** Manifests that tags stand for now. */
  readonly current: ReadonlyMap<string, Digest>;
  /** A tag whose link is empty or damaged: it could stand for any manifest. */
  readonly opaqueTag: string | undefined;
  /** Tags that have a manifest in their history, by its digest. */
  readonly history: ReadonlyMap<Digest, readonly string[]>;
}

/** @throws STORE_WALK_FAILED */
export async function readTagTable(place: StorePlace, repository: string): Promise<TagTable> {
  const disk = diskPlace(place.root);
  const current = new Map<string, Digest>();
  const history = new Map<Digest, string[]>();
  let opaqueTag: string | undefined;
  const breath = newBreath();
  for (const entry of listFolder(disk, tagsPath(place.layoutRoot, repository)) ?? []) {
    if (entry.isFile()) continue;
    const tag = entry.name;
    const link = readLink(disk, currentLinkPath(place.layoutRoot, repository, tag));
    if (link?.digest !== undefined) current.set(tag, link.digest);
    else if (link !== undefined) opaqueTag = tag;
    const index = join(tagPath(place.layoutRoot, repository, tag), 'index');
    for (const { name: algorithm } of listFolder(disk, index) ?? [])
      for (const { name: hex } of listFolder(disk, join(index, algorithm)) ?? []) {
        const digest = `${algorithm}:${hex}`;
        if (!isDigest(digest)) continue;
        if (readSmallFile(disk, join(index, algorithm, hex, 'link'), 1024) === undefined) continue;
        const tags = history.get(digest);
        if (tags === undefined) history.set(digest, [tag]);
        else tags.push(tag);
      }
    if (breath.isDue()) await breath.take();
  }
  return { current, opaqueTag, history };
}

/** Reads a repository's table once for many manifests that are removed in a row. */
export type TagTables = (repository: string) => Promise<TagTable>;

/** Ages of a table, in milliseconds: a second, or ten times what reading it takes. */
const KEEP_MS = 1000;
const KEEP_TIMES = 10;

/**
 * A table that is a moment old will do. Whoever pushes a tag writes the manifest's revision link first, and that is looked at just
 * before it is removed; the table is a second look at what the plan saw.
 */
export function tagTables(place: StorePlace): TagTables {
  let last: { readonly repository: string; readonly table: TagTable; readonly untilMs: number } | undefined;
  return async (repository) => {
    const nowMs = performance.now();
    if (last?.repository === repository && nowMs < last.untilMs) return last.table;
    const table = await readTagTable(place, repository);
    const tookMs = performance.now() - nowMs;
    last = { repository, table, untilMs: nowMs + tookMs + Math.max(KEEP_MS, tookMs * KEEP_TIMES) };
    return table;
  };
}
