import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { algorithmOf, type Digest } from '../../oci/digest.ts';
import {
  blobPath,
  currentLinkPath,
  formatStartedAt,
  layerLinkPath,
  revisionLinkPath,
  storeRoot,
  tagIndexLinkPath,
  uploadPath,
} from '../../oci/distribution-layout.ts';
import { sha256Hex } from '../../util/pure/hash.ts';
import type { World, WorldRepository } from './world.ts';

/** What was written: content, not the room that a filesystem takes for it. */
export interface WrittenStore {
  readonly files: number;
  readonly sizeBytes: number;
  /** Blobs of the store, manifests among them. */
  readonly blobs: number;
}

/**
 * Writes a world as a registry would have it after these pushes, times of the files included. Synchronous, for a store is thousands
 * of little files; now and then it lets others have a turn.
 *
 * @throws the signal's reason; what is written by then stays.
 */
export async function writeStore(world: World, folder: string, signal: AbortSignal): Promise<WrittenStore> {
  const root = storeRoot(folder);
  const pen = createPen();
  const aliases = aliasesOf(world);
  const blobs = blobsOf(world, aliases);
  let turn = 0;
  for (const [digest, { bytes, firstPush }] of blobs) {
    pen.write(blobPath(root, digest), bytes, firstPush);
    turn += 1;
    if (turn % 100 === 0) await nextTurn();
    signal.throwIfAborted();
  }
  for (const repository of world.repositories) {
    writeRepository(root, pen, repository, aliases);
    await nextTurn();
    signal.throwIfAborted();
  }
  return { files: pen.files, sizeBytes: pen.sizeBytes, blobs: blobs.size };
}

/** The sha256 digest for each blob that manifests name by another one. */
function aliasesOf(world: World): ReadonlyMap<Digest, Digest> {
  const long = [...world.blobs].filter(([digest]) => algorithmOf(digest) !== 'sha256');
  return new Map(long.map(([digest, bytes]): [Digest, Digest] => [digest, `sha256:${sha256Hex(bytes)}`]));
}

interface StoredBlob {
  readonly bytes: Uint8Array;
  readonly firstPush: Date;
}

/** All content of the store by its sha256 digest. A blob lies there once, and keeps the time of its first push. */
function blobsOf(world: World, aliases: ReadonlyMap<Digest, Digest>): ReadonlyMap<Digest, StoredBlob> {
  const stored = new Map<Digest, StoredBlob>();
  const push = (digest: Digest, bytes: Uint8Array | undefined, at: Date) => {
    if (bytes === undefined) throw new Error(`the demo world names the blob ${digest} and has none`);
    const before = stored.get(digest);
    if (before === undefined || before.firstPush > at) stored.set(digest, { bytes, firstPush: at });
  };
  const pushBlob = (digest: Digest, at: Date) => push(aliases.get(digest) ?? digest, world.blobs.get(digest), at);
  for (const { digest, pushedAt } of world.looseBlobs) pushBlob(digest, pushedAt);
  for (const { manifests, strayBlobs } of world.repositories) {
    for (const { digest, pushedAt } of strayBlobs) pushBlob(digest, pushedAt);
    for (const { digest, bytes, blobs, pushedAt } of manifests) {
      push(digest, bytes, pushedAt);
      for (const blob of blobs) pushBlob(blob, pushedAt);
    }
  }
  return stored;
}

function writeRepository(
  root: string,
  pen: Pen,
  repository: WorldRepository,
  aliases: ReadonlyMap<Digest, Digest>,
): void {
  const { name, manifests, tags, strayBlobs, uploads } = repository;
  const linked = new Set<Digest>();
  const link = (digest: Digest, at: Date) => {
    if (linked.has(digest)) return;
    linked.add(digest);
    const stored = aliases.get(digest) ?? digest;
    for (const named of new Set([stored, digest])) pen.write(layerLinkPath(root, name, named), stored, at);
  };
  for (const { digest, blobs, pushedAt } of manifests) {
    for (const blob of blobs) link(blob, pushedAt);
    pen.write(revisionLinkPath(root, name, digest), digest, pushedAt);
  }
  for (const { digest, pushedAt } of strayBlobs) link(digest, pushedAt);
  for (const tag of tags) {
    for (const digest of new Set([...tag.earlier, tag.digest]))
      pen.write(tagIndexLinkPath(root, name, tag.name, digest), digest, tag.pushedAt);
    pen.write(currentLinkPath(root, name, tag.name), tag.digest, tag.pushedAt);
  }
  for (const { uuid, startedAt, bytes } of uploads) {
    const folder = uploadPath(root, name, uuid);
    pen.write(join(folder, 'startedat'), formatStartedAt(startedAt), startedAt);
    pen.write(join(folder, 'data'), bytes, startedAt);
  }
}

interface Pen {
  files: number;
  sizeBytes: number;
  write(path: string, content: string | Uint8Array, at: Date): void;
}

function createPen(): Pen {
  const folders = new Set<string>();
  return {
    files: 0,
    sizeBytes: 0,
    write(path, content, at) {
      const folder = dirname(path);
      if (!folders.has(folder)) mkdirSync(folder, { recursive: true });
      folders.add(folder);
      writeFileSync(path, content);
      utimesSync(path, at, at);
      this.files += 1;
      this.sizeBytes += content.length;
    },
  };
}
