import type { DigestList } from '../../src/evidence/digest-list.ts';
import type { Resource, ResourceId } from '../../src/evidence/resource.ts';
import type { Sink, Source } from '../../src/evidence/sink.ts';
import { algorithmOf, type Digest, digestsIn, isDigest } from '../../src/oci/digest.ts';
import { parseManifest } from '../../src/oci/manifest.ts';
import { leaseHeld } from '../../src/systems/lease/refusals.ts';
import type { BlobFacts, PendingBlob, Store, StoreOutcome, StoreTraits } from '../../src/systems/store/contract.ts';
import { CodedError } from '../../src/util/pure/coded-error.ts';
import { createStoreWorld, type StoreWorld, type WorldRepository } from './memory-store-world.ts';

export interface MemoryStore extends Store {
  readonly world: StoreWorld;
}

export interface MemoryStoreOptions {
  readonly world?: StoreWorld;
  readonly traits?: Partial<StoreTraits>;
  readonly name?: string;
  /** Awaited again and again in the middle of every look at the storage: to change it there, as a registry at work does. */
  readonly pace?: () => Promise<void>;
}

/** A store over {@link StoreWorld} that keeps the contract: for tests. */
export function createMemoryStore(options: MemoryStoreOptions = {}): MemoryStore {
  const world = options.world ?? createStoreWorld();
  const name = options.name ?? 'distribution-fs:/memory';
  const traits: StoreTraits = {
    ...{ kind: 'distribution-fs', layerLinks: true, quarantine: true, exactBytes: true },
    ...options.traits,
  };
  return {
    world,
    name,
    traits,
    ...readingHalf(world, name, options.pace ?? (async () => undefined)),
    ...writingHalf(world, name),
    close: async () => undefined,
  };
}

type Pace = () => Promise<void>;

function readingHalf(world: StoreWorld, name: string, pace: Pace) {
  return {
    source: (): Source => ({ name, survey: (sink) => stateStructure({ world, name, pace }, sink) }),
    leftovers: (): Source => ({ name, survey: (sink) => stateLeftovers({ world, name, pace }, sink) }),
    async *examine(digests: Iterable<Digest>, links: boolean): AsyncGenerator<BlobFacts> {
      for (const digest of [...digests]) {
        await pace();
        const facts = examineOne(world, digest, links);
        if (facts !== undefined) yield facts;
      }
    },
    async *pending(): AsyncGenerator<PendingBlob> {
      for (const [digest, { runId, sinceMs, bytes }] of [...world.quarantine])
        yield { digest, state: 'hidden', runId, sinceMs, sizeBytes: bytes.length };
      for (const [digest, { runId, atMs }] of [...world.notes])
        if (!world.quarantine.has(digest)) yield { digest, state: 'unlinked', runId, sinceMs: atMs, sizeBytes: 0 };
    },
    read: async (digest: Digest, maxBytes: number) => {
      const bytes = world.blobs.get(digest)?.bytes;
      if (bytes !== undefined && bytes.length > maxBytes)
        throw new CodedError('STORE_TOO_LARGE', `reading ${digest}: ${bytes.length} bytes`);
      return bytes;
    },
    stream: async (digest: Digest) => {
      const bytes = world.blobs.get(digest)?.bytes;
      return bytes === undefined ? undefined : inPieces(bytes);
    },
    layerLink: async (repository: string, digest: Digest) => {
      const link = world.repositories.get(repository)?.layers.get(digest);
      return link === undefined ? undefined : { atMs: link.atMs, isWhole: link.isWhole };
    },
    taggedNow: async (repository: string) => {
      const tags = [...(world.repositories.get(repository)?.tags.values() ?? [])];
      return new Set(tags.flatMap(({ current, history }) => (current === undefined ? [...history.keys()] : [current])));
    },
    async *revisionsSince(sinceMs: number) {
      for (const [repository, { revisions }] of [...world.repositories]) {
        await pace();
        for (const [digest, atMs] of [...revisions]) if (atMs >= sinceMs) yield { repository, digest };
      }
    },
  } satisfies Partial<Store>;
}

async function* inPieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 7) yield bytes.subarray(at, at + 7);
}

function examineOne(world: StoreWorld, digest: Digest, links: boolean): BlobFacts | undefined {
  const data = world.blobs.get(digest);
  if (data === undefined) return undefined;
  const linkedBy: string[] = [];
  let newestAtMs = data.atMs;
  if (links)
    for (const [repository, { layers }] of world.repositories)
      for (const [as, { target, atMs }] of layers) {
        if (target !== digest && as !== digest) continue;
        newestAtMs = Math.max(newestAtMs, atMs);
        if (as === digest) linkedBy.push(repository);
      }
  const sizeBytes = data.bytes.length;
  return { digest, sizeBytes, freesBytes: sizeBytes, dataAtMs: data.atMs, newestAtMs, linkedBy };
}

interface Look {
  readonly world: StoreWorld;
  readonly name: string;
  readonly pace: Pace;
}

async function stateStructure({ world, name, pace }: Look, sink: Sink): Promise<void> {
  const digests = [...world.blobs.keys()];
  sink.existing('blob', name, listOf(digests));
  const blob = (digest: Digest) => sink.resource('blob', name, digest);
  for (const [repository, stored] of [...world.repositories]) {
    await pace();
    const scope = `${name}/${repository}`;
    sink.exists(sink.resource('repository', name, repository), {});
    for (const [digest, pushedAtMs] of [...stored.revisions]) {
      await pace();
      const manifest = sink.resource('manifest', scope, digest);
      sink.exists(manifest, { pushedAtMs });
      sink.refers(manifest, blob(digest), 'link');
      stateManifest(world, { sink, scope, blob, stored }, digest, manifest);
    }
    for (const [tag, { current, history }] of stored.tags) {
      const id = sink.resource('tag', scope, tag);
      sink.exists(id, current === undefined ? {} : { digest: current });
      const manifest = (digest: Digest) => sink.resource('manifest', scope, digest);
      if (current !== undefined) sink.refers(id, manifest(current), 'tag');
      else for (const digest of history.keys()) sink.refers(id, manifest(digest), 'opaque');
    }
    for (const [as, { target }] of stored.layers)
      if (as !== target) sink.refers(sink.resource('blob', name, as), blob(target), 'alias');
  }
}

interface Place {
  readonly sink: Sink;
  readonly scope: string;
  readonly blob: (digest: Digest) => ResourceId;
  readonly stored: WorldRepository;
}

function stateManifest(world: StoreWorld, place: Place, digest: Digest, manifest: ResourceId): void {
  const { sink, scope, blob, stored } = place;
  const bytes = world.blobs.get(digest)?.bytes;
  if (bytes === undefined) {
    sink.gap({ scope, hides: 'references', source: scope, cause: `the data of ${digest} is missing` });
    for (const layer of stored.layers.keys()) sink.refers(manifest, blob(layer), 'opaque');
    return;
  }
  const named = new Set<Digest>();
  for (const { as, to } of parseManifest(bytes, '').references) {
    named.add(to.digest);
    if (as === 'child' || as === 'subject') sink.refers(manifest, sink.resource('manifest', scope, to.digest), as);
    if (as !== 'subject') sink.refers(blob(digest), blob(to.digest), as);
  }
  for (const other of digestsIn(bytes.toString('utf8')))
    if (!named.has(other)) sink.refers(blob(digest), blob(other), 'opaque');
}

async function stateLeftovers({ world, name, pace }: Look, sink: Sink): Promise<void> {
  for (const [path, { sizeBytes, atMs }] of world.temporary)
    sink.exists(sink.resource('temporary-file', name, path), { sizeBytes, pushedAtMs: atMs });
  for (const [repository, { layers, revisions, tags, uploads }] of [...world.repositories]) {
    await pace();
    const scope = `${name}/${repository}`;
    for (const [uuid, { sizeBytes, atMs }] of uploads)
      sink.exists(sink.resource('upload', scope, uuid), { sizeBytes, pushedAtMs: atMs });
    for (const [digest, { target, atMs, isWhole }] of layers)
      if (!isWhole || !world.blobs.has(target))
        sink.exists(sink.resource('layer-link', scope, digest), { pushedAtMs: atMs });
    for (const [tag, { history }] of tags)
      for (const [digest, atMs] of history)
        if (!revisions.has(digest))
          sink.exists(sink.resource('tag-history-link', scope, `${tag}@${digest}`), { pushedAtMs: atMs });
    if (layers.size + revisions.size + tags.size + uploads.size === 0)
      sink.exists(sink.resource('repository', name, repository), { sizeBytes: 0, pushedAtMs: 0 });
  }
}

function listOf(digests: readonly Digest[]): DigestList {
  const numbers = new Map(digests.map((digest, number) => [digest as string, number]));
  return {
    size: digests.length,
    indexOf: (text) => numbers.get(text) ?? -1,
    at: (index) => digests[index] as Digest,
  };
}

function writingHalf(world: StoreWorld, name: string) {
  let lockedBy: { readonly holder: string; readonly sinceMs: number } | undefined;
  return {
    clockMs: async () => world.clock.now(),
    lock: async (holder: string) => {
      if (lockedBy !== undefined) throw leaseHeld(`store ${name}`, lockedBy);
      const own = { holder, sinceMs: world.clock.now() };
      lockedBy = own;
      const release = async () => {
        if (lockedBy === own) lockedBy = undefined;
      };
      return { lost: new AbortController().signal, release };
    },
    noteUnlinked: async (runId: string, digests: readonly Digest[], atMs: number) => {
      for (const digest of digests) world.notes.set(digest, { runId, atMs });
    },
    forget: async (digests: readonly Digest[]) => {
      for (const digest of digests) world.notes.delete(digest);
    },
    unlink: async (repository: string, digest: Digest, notNewerThanMs: number): Promise<StoreOutcome> => {
      const layers = world.repositories.get(repository)?.layers;
      const link = layers?.get(digest);
      if (link === undefined) return 'absent';
      if (link.atMs > notNewerThanMs) return 'changed';
      layers?.delete(digest);
      return 'done';
    },
    link: async (repository: string, digest: Digest) => {
      const { layers } = world.repository(repository);
      if (layers.has(digest)) return 'there' as const;
      layers.set(digest, { target: digest, atMs: world.clock.now(), isWhole: true });
      return 'written' as const;
    },
    hide: async (runId: string, blobs: Parameters<Store['hide']>[1]) =>
      blobs.map(({ digest, sizeBytes, notNewerThanMs }): StoreOutcome => {
        const data = world.blobs.get(digest);
        if (data === undefined) return 'absent';
        if (data.bytes.length !== sizeBytes || data.atMs > notNewerThanMs) return 'changed';
        world.quarantine.set(digest, { ...data, runId, sinceMs: world.clock.now() });
        world.blobs.delete(digest);
        return 'done';
      }),
    restore: async (blobs: readonly PendingBlob[]) =>
      blobs.map(({ digest }): StoreOutcome => {
        const hidden = world.quarantine.get(digest);
        if (hidden === undefined) return 'absent';
        world.quarantine.delete(digest);
        if (world.blobs.has(digest)) return 'changed';
        world.blobs.set(digest, { bytes: hidden.bytes, atMs: hidden.atMs });
        return 'done';
      }),
    purge: async (blobs: readonly PendingBlob[]) =>
      blobs.map(({ digest }): StoreOutcome => (world.quarantine.delete(digest) ? 'done' : 'absent')),
    remove: async (target: Resource, notNewerThanMs: number) => removeTarget(world, name, target, notNewerThanMs),
    save: async (target: Resource) => saveTarget(world, name, target),
    putBack: async (target: Resource, saved: unknown) => putBackTarget(world, name, target, saved),
  } satisfies Partial<Store>;
}

function removeTarget(world: StoreWorld, name: string, target: Resource, notNewerThanMs: number): StoreOutcome {
  const { kind, scope, key } = target;
  if (kind === 'temporary-file') return removeFrom(world.temporary, key, notNewerThanMs);
  const repository = kind === 'repository' ? key : scope.slice(name.length + 1);
  const stored = world.repositories.get(repository);
  if (stored === undefined) return 'absent';
  const { layers, revisions, tags, uploads } = stored;
  if (kind === 'repository') {
    if (layers.size + revisions.size + tags.size + uploads.size > 0) return 'changed';
    return world.repositories.delete(repository) ? 'done' : 'absent';
  }
  if (kind === 'upload') return removeFrom(uploads, key, notNewerThanMs);
  if (kind === 'layer-link') return removeFrom(layers, key as Digest, notNewerThanMs);
  if (kind === 'tag-history-link') {
    const [tag = '', digest = ''] = splitHistory(key);
    return tags.get(tag)?.history.delete(digest as Digest) ? 'done' : 'absent';
  }
  if (kind !== 'manifest' || !isDigest(key)) throw new Error(`a store does not remove a ${kind}`);
  const atMs = revisions.get(key);
  if (atMs === undefined) return 'absent';
  const isTagged = [...tags.values()].some(({ current }) => current === undefined || current === key);
  if (atMs > notNewerThanMs || isTagged) return 'changed';
  revisions.delete(key);
  for (const { history } of tags.values()) history.delete(key);
  return 'done';
}

function removeFrom<K>(held: Map<K, { readonly atMs: number }>, key: K, notNewerThanMs: number): StoreOutcome {
  const found = held.get(key);
  if (found === undefined) return 'absent';
  if (found.atMs > notNewerThanMs) return 'changed';
  held.delete(key);
  return 'done';
}

interface SavedTarget {
  readonly atMs: number;
  readonly target?: Digest;
  readonly isWhole?: boolean;
  readonly histories?: readonly string[];
}

function saveTarget(world: StoreWorld, name: string, { kind, scope, key }: Resource): SavedTarget | undefined {
  const stored = world.repositories.get(kind === 'repository' ? key : scope.slice(name.length + 1));
  if (kind === 'repository') return stored === undefined ? undefined : { atMs: 0 };
  if (kind === 'layer-link') return stored?.layers.get(key as Digest);
  if (kind === 'tag-history-link') {
    const [tag = '', digest = ''] = splitHistory(key);
    const atMs = stored?.tags.get(tag)?.history.get(digest as Digest);
    return atMs === undefined ? undefined : { atMs };
  }
  if (kind !== 'manifest') return undefined;
  const atMs = stored?.revisions.get(key as Digest);
  if (stored === undefined || atMs === undefined) return undefined;
  const histories = [...stored.tags].filter(([, { history }]) => history.has(key as Digest)).map(([tag]) => tag);
  return { atMs, histories };
}

function putBackTarget(world: StoreWorld, name: string, target: Resource, saved: unknown): StoreOutcome {
  const { kind, scope, key } = target;
  const { atMs, histories = [], ...link } = saved as SavedTarget;
  const stored = world.repository(kind === 'repository' ? key : scope.slice(name.length + 1));
  if (kind === 'repository') return 'done';
  if (kind === 'layer-link') {
    if (stored.layers.has(key as Digest)) return 'absent';
    stored.layers.set(key as Digest, { target: link.target ?? (key as Digest), atMs, isWhole: link.isWhole ?? true });
    return 'done';
  }
  if (kind === 'tag-history-link') {
    const [tag = '', digest = ''] = splitHistory(key);
    stored.tags.get(tag)?.history.set(digest as Digest, atMs);
    return 'done';
  }
  if (stored.revisions.has(key as Digest)) return 'absent';
  stored.revisions.set(key as Digest, world.clock.now());
  for (const tag of histories) stored.tags.get(tag)?.history.set(key as Digest, atMs);
  return 'done';
}

/** `v1@sha256:…`. */
function splitHistory(key: string): readonly string[] {
  const at = key.indexOf('@');
  const digest = key.slice(at + 1);
  if (!isDigest(digest) || algorithmOf(digest) !== 'sha256') throw new Error(`${key} is no tag history link`);
  return [key.slice(0, at), digest];
}
