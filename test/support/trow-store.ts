import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Digest, hexOf } from '../../src/oci/digest.ts';
import { makeContents, plainName } from './store-world/contents.ts';
import type { ManifestSpec, StoreWorld } from './store-world/world.ts';

/**
 * A storage of Trow 0.2 to 0.6 for tests, written as files. Manifests and blobs have names, as in `store-world`.
 *
 * ```ts
 * const store = buildTrowStore(makeTempFolder('trow'), {
 *   manifests: { A: image(['x']), B: image(['x', 'y']) },
 *   repositories: { app: { latest: [['A', '2024-01-01T00:00:00Z'], ['B', '2024-01-02T00:00:00Z']], '@B': 'B' } },
 *   orphans: ['o'],
 * });
 * ```
 */
export interface TrowWorld extends Pick<StoreWorld, 'manifests' | 'blobs' | 'orphans' | 'missing' | 'dataAtMs'> {
  /** Repository → tag, or `@A` for the file of the manifest A's digest → what stands in the file. */
  readonly repositories?: Readonly<Record<string, Readonly<Record<string, TagLines>>>>;
  /** Uploads: name → length. */
  readonly scratch?: Readonly<Record<string, number>>;
  /** When all of it was written, UTC milliseconds. Default {@link TROW_WRITTEN_AT_MS}. */
  readonly atMs?: number;
}

/** One manifest, pushed at `atMs`; lines as they stand in the file, with their time, or without one; or the file's own text. */
export type TagLines = string | readonly (readonly [name: string, time?: string])[] | { readonly text: string };

/** 1 January 2024. */
export const TROW_WRITTEN_AT_MS = Date.UTC(2024, 0, 1);

export interface BuiltTrowStore {
  readonly dir: string;
  digest(name: string): Digest;
  /** The name of what has this digest. */
  nameOf(digest: string): string;
  blobPath(name: string): string;
  referencePath(repository: string, reference: string): string;
  /** Writes a tag's file anew, as {@link TrowWorld.repositories} describes it. */
  writeReference(repository: string, reference: string, lines: TagLines, atMs?: number): void;
  /** Writes a blob's data, and that of what it names. */
  writeBlob(name: string, atMs?: number): void;
}

export function buildTrowStore(dir: string, world: TrowWorld): BuiltTrowStore {
  const { manifests = {}, missing = [], atMs = TROW_WRITTEN_AT_MS } = world;
  const contents = makeContents(world);
  const blobPath = (name: string) => join(dir, 'blobs', 'sha256', hexOf(contents.digest(name)));
  const referencePath = (repository: string, reference: string) =>
    join(dir, 'manifests', repository, reference.startsWith('@') ? contents.digest(reference.slice(1)) : reference);

  for (const folder of ['blobs/sha256', 'manifests', 'scratch']) mkdirSync(join(dir, folder), { recursive: true });
  for (const [repository, references] of Object.entries(world.repositories ?? {}))
    for (const [reference, lines] of Object.entries(references)) {
      writeReference(repository, reference, lines, atMs);
      for (const name of namesIn(lines)) writeBlob(name);
    }
  for (const name of world.orphans ?? []) writeBlob(name);
  for (const [name, sizeBytes] of Object.entries(world.scratch ?? {}))
    writeAt(join(dir, 'scratch', name), Buffer.alloc(sizeBytes, 'u'), atMs);
  return { dir, digest: contents.digest, nameOf: contents.nameOf, blobPath, referencePath, writeReference, writeBlob };

  function writeReference(repository: string, reference: string, lines: TagLines, writtenAtMs = atMs): void {
    writeAt(referencePath(repository, reference), render(lines, writtenAtMs), writtenAtMs);
  }

  function render(lines: TagLines, writtenAtMs: number): string {
    if (typeof lines === 'object' && 'text' in lines) return lines.text;
    const pushes = typeof lines === 'string' ? [[lines, new Date(writtenAtMs).toISOString()] as const] : lines;
    return pushes
      .map(([name, time]) => `${[contents.digest(name), ...(time === undefined ? [] : [time])].join(' ')}\n`)
      .join('');
  }

  function writeBlob(name: string, writtenAtMs = world.dataAtMs?.[name] ?? atMs): void {
    const spec: ManifestSpec | undefined = manifests[name];
    for (const part of [...(spec?.children ?? []), ...(spec?.blobs ?? [])]) writeBlob(plainName(part));
    if (spec?.config) writeBlob(`${name}.config`);
    if (!missing.includes(name)) writeAt(blobPath(name), contents.bytes(name), writtenAtMs);
  }
}

function namesIn(lines: TagLines): readonly string[] {
  if (typeof lines === 'string') return [lines];
  return 'text' in lines ? [] : lines.map(([name]) => name);
}

function writeAt(path: string, bytes: string | Uint8Array, atMs: number): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, bytes);
  utimesSync(path, atMs / 1000, atMs / 1000);
}
