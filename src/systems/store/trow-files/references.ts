import { join } from 'node:path';
import { type Digest, isDigest } from '../../../oci/digest.ts';
import { wait } from '../../../util/wait.ts';
import {
  type DiskPlace,
  listFolder,
  readSmallFile,
  statFile,
  statFolder,
  walkFailed,
} from '../on-disk/careful-read.ts';
import { writtenAtMs } from '../on-disk/ground.ts';
import { manifestsFolder, referencePath } from './layout.ts';
import { parseTagHistory, type TagHistory } from './tag-history.ts';

/** A file below `manifests`: a tag, or a manifest that was pushed by its digest. */
export interface Reference {
  readonly is: 'reference';
  readonly repository: string;
  readonly name: string;
  /** Of a file that is named for a digest. */
  readonly digest?: Digest;
  readonly history: TagHistory;
  /** When the file was written, UTC milliseconds. */
  readonly writtenAtMs: number;
}

/** A folder below `manifests` with nothing in it. */
export interface EmptyFolder {
  readonly is: 'empty folder';
  readonly repository: string;
  readonly writtenAtMs: number;
}

/** No file of a tag comes near it: some 600,000 pushes. */
const MAX_REFERENCE_BYTES = 64 * 1024 * 1024;

/**
 * Walks `manifests`, at any depth. What goes meanwhile is left out; but not all of it, for then every blob would seem unused.
 * @throws STORE_WALK_FAILED
 */
export function* walkManifests(place: DiskPlace): Generator<Reference | EmptyFolder> {
  const open = [''];
  for (let repository = open.pop(); repository !== undefined; repository = open.pop()) {
    const path = join(manifestsFolder(place.root), repository);
    const entries = listFolder(place, path);
    if (entries === undefined && repository === '') throw walkFailed('listing', path, 'it is gone');
    if (entries?.length === 0 && repository !== '') {
      const stats = statFolder(place, path);
      if (stats !== undefined) yield { is: 'empty folder', repository, writtenAtMs: writtenAtMs(stats) };
    }
    for (const entry of entries ?? []) {
      if (entry.isDirectory()) {
        open.push(repository === '' ? entry.name : `${repository}/${entry.name}`);
        continue;
      }
      const reference = readReference(place, repository, entry.name);
      if (reference !== undefined && repository === '')
        throw walkFailed('reading', join(path, entry.name), 'it is a tag of no repository');
      if (reference !== undefined) yield reference;
    }
  }
}

/** A tag's file that is being written may be met in pieces: it is read again after a while, so often. */
const READS = 3;
const BETWEEN_READS_MS = 100;

/**
 * Gives a file time to be written whole, where it is not.
 * @returns it as it is then; `undefined`: it is gone
 * @throws STORE_WALK_FAILED
 */
export async function settle(place: DiskPlace, first: Reference, signal: AbortSignal): Promise<Reference | undefined> {
  let reference: Reference | undefined = first;
  for (let read = 1; read < READS && reference?.history.damage !== undefined; read += 1) {
    await wait(BETWEEN_READS_MS, signal);
    reference = readReference(place, first.repository, first.name);
  }
  return reference;
}

/** @returns `undefined`: it is gone. @throws STORE_WALK_FAILED */
export function readReference(place: DiskPlace, repository: string, name: string): Reference | undefined {
  const path = referencePath(place.root, repository, name);
  const stats = statFile(place, path);
  const bytes = stats && readSmallFile(place, path, MAX_REFERENCE_BYTES);
  if (stats === undefined || bytes === undefined) return undefined;
  return {
    is: 'reference',
    repository,
    name,
    ...(isDigest(name) ? { digest: name } : {}),
    history: parseTagHistory(new TextDecoder().decode(bytes)),
    writtenAtMs: writtenAtMs(stats),
  };
}
