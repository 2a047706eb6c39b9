import { closeSync, constants, type Dirent, lstatSync, openSync, readdirSync, readSync, statfsSync } from 'node:fs';
import { type Digest, isDigest } from '../../../oci/digest.ts';
import {
  type DiskPlace,
  listFolder,
  readSmallFile,
  statFile,
  statFolder,
  walkFailed,
} from '../on-disk/careful-read.ts';
import { isPlainDigest } from '../plain-digest.ts';

/*
 * The same answers as in ../on-disk/careful-read.ts with fewer calls, for what is read by the hundred thousand: where all is as it
 * should be, one call tells; whatever is odd is looked at once more, with care.
 */

/** Length of a link: `sha256:` and 64 characters. */
export const LINK_BYTES = 71;

/** Larger than any manifest: registries take 4 MiB at most. */
export const MAX_MANIFEST_BYTES = 16 << 20;

/** How often the disk was asked by this thread, roughly: `crew.ts` tells a slow disk from a fast one by it. */
export const disk = { calls: 0 };
/** Names that a disk tells in the time of one other call. */
const NAMES_PER_CALL = 50;

const buffer = Buffer.allocUnsafe(64 << 10);

/**
 * A small file's bytes, valid until the next call. `undefined`: it is gone.
 * @throws STORE_WALK_FAILED, STORE_TOO_LARGE
 */
export function readQuickly(place: DiskPlace, path: string): Uint8Array | undefined {
  const length = tryToRead(path);
  return length > 0 ? buffer.subarray(0, length) : readSmallFile(place, path, MAX_MANIFEST_BYTES);
}

/** @returns how much of the buffer the whole file takes; 0 or -1 where it needs a careful look */
function tryToRead(path: string): number {
  disk.calls += 1;
  let file: number;
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch {
    return -1; // why, the careful look will tell
  }
  try {
    const length = readSync(file, buffer, 0, buffer.length, 0);
    return length < buffer.length ? length : -1;
  } catch {
    return -1;
  } finally {
    closeSync(file);
  }
}

/** What a link says; `undefined`: there is none. The empty text: it says nothing, or less than a digest. @throws STORE_WALK_FAILED */
export function readLinkText(place: DiskPlace, path: string): Digest | '' | undefined {
  const length = tryToRead(path);
  const text = length > 0 ? buffer.toString('latin1', 0, length) : readTextWithCare(place, path);
  if (text === undefined || isPlainDigest(text)) return text;
  const trimmed = text.trim();
  return isDigest(trimmed) ? trimmed : '';
}

function readTextWithCare(place: DiskPlace, path: string): string | undefined {
  const bytes = readSmallFile(place, path, MAX_MANIFEST_BYTES);
  return bytes && Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}

/** Whether a folder is there that no listing told of: a link in its place would lead out of the store. @throws STORE_WALK_FAILED */
export function hasFolder(place: DiskPlace, path: string): boolean {
  const stats = tryToStat(path); // what is asked for next lies there: it costs the disk nothing, and is not counted
  return (stats?.isDirectory() && stats.dev === place.device) || statFolder(place, path) !== undefined;
}

/** A link's length and time. */
export interface LinkFacts {
  readonly sizeBytes: number;
  /** When it was written, UTC milliseconds by the store's clock. */
  readonly atMs: number;
}

/** `undefined`: there is none, which in a folder of links is nothing unusual. @throws STORE_WALK_FAILED */
export function statLink(place: DiskPlace, path: string): LinkFacts | undefined {
  disk.calls += 0.2;
  const stats = tryToStat(path);
  if (stats === undefined) return undefined;
  const sure = stats?.isFile() && stats.dev === place.device ? stats : statFile(place, path);
  return sure === undefined ? undefined : { sizeBytes: sure.size, atMs: Math.floor(sure.mtimeMs) };
}

/** `null`: something is wrong. */
function tryToStat(path: string) {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch {
    return null; // why, the careful look will tell
  }
}

/** Names of the folders in a folder; empty where it is gone. @throws STORE_WALK_FAILED, also for a symbolic link among them */
export function foldersIn(place: DiskPlace, path: string): readonly string[] {
  const names = namesOfFolders(place, path) ?? foldersAmong(place, path);
  disk.calls += 1 + names.length / NAMES_PER_CALL;
  return names;
}

function foldersAmong(place: DiskPlace, path: string): readonly string[] {
  const names: string[] = [];
  for (const entry of listFolder(place, path) ?? []) if (isFolder(entry, path)) names.push(entry.name);
  return names;
}

/**
 * The same for a folder with nothing but folders in it, where the file system tells so by its links: one for its name, one for itself,
 * and one for each folder in it. `undefined`: it has to be looked at entry by entry.
 */
function namesOfFolders(place: DiskPlace, path: string): readonly string[] | undefined {
  if (!countsFolders(place)) return undefined;
  const stats = tryToStat(path);
  if (!stats?.isDirectory() || stats.dev !== place.device || stats.nlink < 2) return undefined;
  try {
    const names = readdirSync(path);
    return names.length === stats.nlink - 2 ? names : undefined;
  } catch {
    return undefined; // why, the careful look will tell
  }
}

/** @throws STORE_WALK_FAILED for a symbolic link: what lies behind it could name anything */
export function isFolder(entry: Dirent, parent: string): boolean {
  if (entry.isSymbolicLink())
    throw walkFailed('looking at', `${parent}/${entry.name}`, 'it is a symbolic link, which is not followed');
  return entry.isDirectory();
}

/** File systems that are known to count like that (`statfs(2)`): ext4 (1 from 65,000 on, which fits nothing), XFS, tmpfs. */
const COUNTING: ReadonlySet<number> = new Set([0xef53, 0x5846_5342, 0x0102_1994]);
const counting = new Map<number, boolean>();

function countsFolders({ root, device }: DiskPlace): boolean {
  let known = counting.get(device);
  if (known === undefined) {
    known = isCounting(root);
    counting.set(device, known);
  }
  return known;
}

function isCounting(root: string): boolean {
  try {
    return COUNTING.has(statfsSync(root).type);
  } catch {
    return false; // then entries are looked at one by one, which is slower and no less right
  }
}
