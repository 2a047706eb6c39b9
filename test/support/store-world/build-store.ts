import { mkdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Digest } from '../../../src/oci/digest.ts';
import * as layout from '../../../src/oci/distribution-layout.ts';
import { type Contents, makeContents, plainName } from './contents.ts';
import { foldersBelow } from './tree-listing.ts';
import { type RepositorySpec, type StoreWorld, WRITTEN_AT_MS } from './world.ts';

/** A store that was built: where things lie, by their names in the world. Paths are absolute. */
export interface BuiltStore extends Contents {
  /** Distribution's `rootdirectory`. */
  readonly folder: string;
  /** `<folder>/docker/registry/v2`. */
  readonly root: string;
  /** When all of it was written. */
  readonly atMs: number;
  /** `sig(A)` → `sha256-….sig`; others are themselves. */
  tag(name: string): string;
  /** Data of a blob or a manifest. */
  data(name: string): string;
  repository(name: string): string;
  layerLink(repository: string, blob: string): string;
  revisionLink(repository: string, manifest: string): string;
  tagFolder(repository: string, tag: string): string;
  currentLink(repository: string, tag: string): string;
  historyLink(repository: string, tag: string, manifest: string): string;
  upload(repository: string, uuid: string): string;
  /** Writes a file anywhere, with the folders above it. Default time: {@link atMs}. */
  write(path: string, content: string | Uint8Array, atMs?: number): void;
  /** Sets when a file or folder was last written. */
  setTime(path: string, atMs: number): void;
  /** Removes a file, or a folder with all that is in it. */
  remove(path: string): void;
}

/** Writes a world below a folder as Distribution would have left it; all files and folders get the world's time. */
export function buildStore(folder: string, world: StoreWorld): BuiltStore {
  const store = storePlaces(folder, world);
  mkdirSync(join(store.root, 'blobs', 'sha256'), { recursive: true });
  mkdirSync(layout.repositoriesPath(store.root), { recursive: true });
  const stored = new Set((world.orphans ?? []).map(plainName));
  for (const [name, spec] of Object.entries(world.repositories ?? {}))
    for (const content of writeRepository(store, world, name, spec)) stored.add(content);
  for (const name of stored) {
    if (world.missing?.includes(name)) continue;
    store.write(store.data(name), store.bytes(name), world.dataAtMs?.[name]);
  }
  for (const path of foldersBelow(folder)) store.setTime(path, store.atMs);
  return store;
}

/** @returns names of all that was pushed to it */
function writeRepository(
  store: BuiltStore,
  world: StoreWorld,
  repository: string,
  spec: RepositorySpec,
): ReadonlySet<string> {
  for (const part of ['_layers', '_manifests/revisions', '_manifests/tags', '_uploads'])
    mkdirSync(join(store.repository(repository), part), { recursive: true });
  const pushed = new Set<string>();
  for (const manifest of manifestsOf(spec)) pushManifest(store, world, repository, spec, manifest, pushed);
  for (const layer of spec.layers ?? []) linkLayer(store, repository, layer, pushed);
  for (const manifest of spec.deleted ?? []) {
    pushManifest(store, world, repository, spec, manifest, pushed);
    store.remove(store.revisionLink(repository, manifest));
  }
  for (const [name, stoodFor] of Object.entries(spec.tags ?? {})) writeTag(store, repository, name, [stoodFor].flat());
  for (const [uuid, { startedAtMs, sizeBytes = 0 }] of Object.entries(spec.uploads ?? {})) {
    const folder = store.upload(repository, uuid);
    if (startedAtMs !== undefined)
      store.write(join(folder, 'startedat'), layout.formatStartedAt(new Date(startedAtMs)), startedAtMs);
    store.write(join(folder, 'data'), Buffer.alloc(sizeBytes, 'u'), startedAtMs);
    store.write(join(folder, 'hashstates/sha256/0'), 'a hash state', startedAtMs);
  }
  return pushed;
}

function manifestsOf(spec: RepositorySpec): readonly string[] {
  return [...Object.values(spec.tags ?? {}).flat(), ...(spec.untagged ?? [])];
}

/** What it names goes first, as clients do. */
function pushManifest(
  store: BuiltStore,
  world: StoreWorld,
  repository: string,
  spec: RepositorySpec,
  name: string,
  pushed: Set<string>,
): void {
  if (pushed.has(name) || spec.absent?.includes(name)) return;
  const manifest = world.manifests?.[name];
  if (manifest === undefined) throw new Error(`the world has no manifest ${name}, which ${repository} has`);
  for (const child of manifest.children) pushManifest(store, world, repository, spec, child, pushed);
  for (const blob of [...manifest.blobs, ...(manifest.config ? [`${name}.config`] : [])])
    linkLayer(store, repository, blob, pushed);
  pushed.add(name);
  store.write(store.revisionLink(repository, name), store.digest(name));
}

/** Stored under its sha256 alone; a link by another algorithm is an alias beside the plain one. */
function linkLayer(store: BuiltStore, repository: string, name: string, pushed: Set<string>): void {
  const plain = plainName(name);
  for (const path of [store.layerLink(repository, plain), store.layerLink(repository, name)])
    store.write(path, store.digest(plain));
  pushed.add(plain);
}

function writeTag(store: BuiltStore, repository: string, name: string, stoodFor: readonly string[]): void {
  for (const manifest of stoodFor) store.write(store.historyLink(repository, name, manifest), store.digest(manifest));
  store.write(store.currentLink(repository, name), store.digest(stoodFor.at(-1) as string));
}

const SUFFIXES: Readonly<Record<string, string>> = { sig: '.sig', att: '.att', sbom: '.sbom', fallback: '' };

function setTime(path: string, atMs: number): void {
  utimesSync(path, new Date(atMs), new Date(atMs));
}

/** Where things of a world lie below a folder, whoever wrote them. Nothing is written. */
export function storePlaces(folder: string, world: StoreWorld): BuiltStore {
  const contents = makeContents(world);
  const root = layout.storeRoot(folder);
  const atMs = world.atMs ?? WRITTEN_AT_MS;
  const { digest } = contents;
  const tag = (name: string): string => {
    const match = /^(sig|att|sbom|fallback)\((.+)\)$/.exec(name);
    return match === null ? name : `${digest(match[2] as string).replace(':', '-')}${SUFFIXES[match[1] as string]}`;
  };
  return {
    ...contents,
    folder,
    root,
    atMs,
    tag,
    data: (name) => layout.blobPath(root, digest(plainName(name))),
    repository: (name) => `${layout.repositoriesPath(root)}/${name}`,
    layerLink: (repository, blob) => layout.layerLinkPath(root, repository, digest(blob)),
    revisionLink: (repository, manifest) => layout.revisionLinkPath(root, repository, digest(manifest)),
    tagFolder: (repository, name) => layout.tagPath(root, repository, tag(name)),
    currentLink: (repository, name) => layout.currentLinkPath(root, repository, tag(name)),
    historyLink: (repository, name, manifest) =>
      layout.tagIndexLinkPath(root, repository, tag(name), digest(manifest) as Digest),
    upload: (repository, uuid) => layout.uploadPath(root, repository, uuid),
    write: (path, content, at = atMs) => {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, content);
      setTime(path, at);
    },
    setTime,
    remove: (path) => rmSync(path, { recursive: true }),
  };
}
