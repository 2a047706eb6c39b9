import type { Digest } from '../../src/oci/digest.ts';
import { isDigest } from '../../src/oci/digest.ts';
import type { Capabilities, Registry, ResolvedManifest } from '../../src/systems/registry/contract.ts';
import { CodedError } from '../../src/util/pure/coded-error.ts';
import type { StoreWorld } from './memory-store-world.ts';

export interface StoreReplica extends Registry {
  /** Calls so far: `deleteBlob app sha256:…`. */
  readonly calls: string[];
  /** Runs before each call: to change the world, or to fail. */
  hook: (verb: string, repository: string, reference: string) => void;
  /** What can change while it runs. */
  readonly state: { isReadOnly: boolean; deletes: boolean };
  /** HEAD of a blob by a client: it fills the cache. */
  head(repository: string, digest: Digest): boolean;
}

export interface StoreReplicaOptions {
  readonly host?: string;
  readonly cache?: 'none' | 'in-memory';
  readonly readOnly?: boolean;
}

/** A server over a {@link StoreWorld}, one of several: each remembers in a cache of its own where blobs are, and never looks again. */
export function createStoreReplica(world: StoreWorld, options: StoreReplicaOptions = {}): StoreReplica {
  const host = options.host ?? 'replica.test';
  const remembered = new Set<string>();
  const calls: string[] = [];
  const state = { isReadOnly: options.readOnly ?? false, deletes: true };
  const tagsOf = (repository: string) => world.repositories.get(repository)?.tags ?? new Map();
  const play = (verb: string, repository: string, reference: string) => {
    calls.push(`${verb} ${repository} ${reference}`);
    replica.hook(verb, repository, reference);
  };
  const isThere = (repository: string, digest: Digest): boolean => {
    const key = `${repository}@${digest}`;
    if (remembered.has(key)) return true;
    const link = world.repositories.get(repository)?.layers.get(digest);
    if (link === undefined || !link.isWhole || !world.blobs.has(link.target)) return false;
    if (options.cache === 'in-memory') remembered.add(key);
    return true;
  };
  const resolve = (repository: string, reference: string): ResolvedManifest | undefined => {
    const digest = isDigest(reference) ? reference : tagsOf(repository).get(reference)?.current;
    const data = digest === undefined ? undefined : world.blobs.get(digest);
    if (digest === undefined || data === undefined || !world.repositories.get(repository)?.revisions.has(digest))
      return undefined;
    return { digest, mediaType: '', sizeBytes: data.bytes.length };
  };

  const refuse = async (): Promise<never> => {
    throw new Error('nobody asks this of a replica');
  };
  const replica: StoreReplica = {
    host,
    url: `memory://${host}`,
    calls,
    state,
    hook: () => undefined,
    head: isThere,
    capabilities: async () => capabilitiesOf(state),
    isReadOnly: async () => state.isReadOnly,
    clockSkewMs: async () => 0,
    connection: async () => ({ security: 'plain', identity: 'nobody' }),
    async *repositories() {
      yield* world.repositories.keys();
    },
    async *tags(repository) {
      play('tags', repository, '');
      yield* [...tagsOf(repository).keys()];
    },
    resolve: async (repository, reference) => {
      play('resolve', repository, reference);
      return resolve(repository, reference);
    },
    manifest: refuse,
    blobSize: async (repository, digest) => {
      play('blobSize', repository, digest);
      return isThere(repository, digest) ? (world.blobs.get(digest)?.bytes.length ?? 0) : undefined;
    },
    blob: refuse,
    referrers: async () => [],
    pushTimes: async () => new Map(),
    deleteTag: refuse,
    deleteManifest: async (repository, digest) => {
      play('deleteManifest', repository, digest);
      assertDeletes(state);
      const stored = world.repositories.get(repository);
      for (const [tag, { current }] of stored?.tags ?? []) if (current === digest) stored?.tags.delete(tag);
      return stored?.revisions.delete(digest) ? 'deleted' : 'absent';
    },
    deleteBlob: async (repository, digest) => {
      play('deleteBlob', repository, digest);
      assertDeletes(state);
      remembered.delete(`${repository}@${digest}`);
      return world.repositories.get(repository)?.layers.delete(digest) ? 'deleted' : 'absent';
    },
    putManifest: refuse,
    putBlob: refuse,
    close: async () => undefined,
  };
  return replica;
}

function capabilitiesOf({ isReadOnly, deletes }: StoreReplica['state']): Capabilities {
  return {
    ...{ product: 'distribution', catalog: true, linkPagination: true, writable: !isReadOnly, referrersApi: false },
    ...{ deleteByDigest: deletes && !isReadOnly, deleteByTag: false },
  };
}

function assertDeletes({ isReadOnly, deletes }: StoreReplica['state']): void {
  if (isReadOnly) throw new CodedError('REGISTRY_READ_ONLY', 'deleting: the registry is in read-only mode');
  if (!deletes) throw new CodedError('REGISTRY_UNSUPPORTED', 'deleting: it is switched off');
}
