import type { Descriptor } from '../../../oci/descriptor.ts';
import { algorithmOf, type Digest, isDigest } from '../../../oci/digest.ts';
import { parseManifest } from '../../../oci/manifest.ts';
import { CodedError } from '../../../util/pure/coded-error.ts';
import { digestOf, manifestDigest } from '../content-digest.ts';
import type { Capabilities, FetchedManifest, Registry } from '../contract.ts';
import { createScript, type Script, type Verb } from './script.ts';
import { createWorld, type StoredRepository, type World } from './world.ts';

export interface MemoryRegistryOptions {
  readonly host?: string;
  readonly capabilities?: Partial<Capabilities>;
  /** Manifests that name what is not there are refused, as Distribution does. Default true. */
  readonly checksReferences?: boolean;
  readonly maxManifestBytes?: number;
}

/** A registry in memory that behaves like a real one, with a script of what is to go wrong. */
export interface MemoryRegistry extends Registry {
  readonly script: Script;
  readonly world: World;
  readonly isClosed: boolean;
}

export function createMemoryRegistry(options: MemoryRegistryOptions = {}): MemoryRegistry {
  const script = createScript();
  const world = createWorld();
  const context: Context = {
    script,
    world,
    checksReferences: options.checksReferences ?? true,
    maxManifestBytes: options.maxManifestBytes ?? 4 << 20,
    can: {
      product: 'memory',
      catalog: true,
      linkPagination: true,
      writable: true,
      deleteByDigest: true,
      deleteByTag: true,
      referrersApi: true,
      ...options.capabilities,
    },
  };
  let isClosed = false;
  const host = options.host ?? 'registry.test';
  return {
    host,
    url: `memory://${host}`,
    script,
    world,
    get isClosed() {
      return isClosed;
    },
    connection: async () => ({ security: 'verified' as const, identity: 'nobody' }),
    ...readingHalf(context),
    ...writingHalf(context),
    close: async () => {
      isClosed = true;
    },
  };
}

interface Context {
  readonly script: Script;
  readonly world: World;
  readonly can: Capabilities;
  readonly checksReferences: boolean;
  readonly maxManifestBytes: number;
}

function readingHalf(context: Context) {
  const { script, world, can } = context;
  const at = (repository: string) => world.repositories.get(repository);
  return {
    capabilities: async (signal: AbortSignal) => {
      await script.play('capabilities', [], signal);
      return can;
    },
    isReadOnly: async (signal: AbortSignal) => {
      await script.play('isReadOnly', [], signal);
      return !can.writable;
    },
    clockSkewMs: async (signal: AbortSignal) => {
      await script.play('clockSkewMs', [], signal);
      return 0;
    },
    repositories: (signal: AbortSignal) =>
      list(script, 'repositories', [], signal, () => {
        if (!can.catalog) throw error('REGISTRY_NO_CATALOG', 'listing the repositories: there is no catalog');
        return world.repositories.keys();
      }),
    tags: (repository: string, signal: AbortSignal) =>
      list(script, 'tags', [repository], signal, () => [...(at(repository)?.tags.keys() ?? [])].sort()),
    resolve: async (repository: string, reference: string, signal: AbortSignal) => {
      await script.play('resolve', [repository, reference], signal);
      const found = find(context, at(repository), repository, reference);
      if (found === undefined) return undefined;
      const { bytes, ...resolved } = found;
      return resolved;
    },
    manifest: async (repository: string, reference: string, signal: AbortSignal) => {
      await script.play('manifest', [repository, reference], signal);
      return find(context, at(repository), repository, reference);
    },
    blobSize: async (repository: string, digest: Digest, signal: AbortSignal) => {
      await script.play('blobSize', [repository, digest], signal);
      return at(repository)?.blobs.get(digest)?.length;
    },
    blob: async (repository: string, digest: Digest, maxBytes: number, signal: AbortSignal) => {
      await script.play('blob', [repository, digest, maxBytes], signal);
      const bytes = at(repository)?.blobs.get(digest);
      if (bytes !== undefined && bytes.length > maxBytes)
        throw error('REGISTRY_TOO_LARGE', `reading the blob ${repository}@${digest}: ${bytes.length} bytes`);
      return bytes;
    },
    referrers: async (repository: string, digest: Digest, signal: AbortSignal) => {
      await script.play('referrers', [repository, digest], signal);
      return can.referrersApi ? referrersOf(at(repository), digest) : [];
    },
    pushTimes: async (repository: string, tag: string, signal: AbortSignal) => {
      await script.play('pushTimes', [repository, tag], signal);
      return new Map(at(repository)?.pushTimes.get(tag));
    },
  };
}

function writingHalf(context: Context) {
  const { script, world, can } = context;
  return {
    deleteTag: async (repository: string, tag: string, signal: AbortSignal) => {
      await script.play('deleteTag', [repository, tag], signal);
      checkWritable(can, can.deleteByTag, `deleting ${repository}:${tag}`);
      return world.repositories.get(repository)?.tags.delete(tag) ? 'deleted' : 'absent';
    },
    deleteManifest: async (repository: string, digest: Digest, signal: AbortSignal) => {
      await script.play('deleteManifest', [repository, digest], signal);
      checkWritable(can, can.deleteByDigest, `deleting ${repository}@${digest}`);
      const stored = world.repositories.get(repository);
      for (const [tag, target] of stored?.tags ?? []) if (target === digest) stored?.tags.delete(tag);
      return stored?.manifests.delete(digest) ? 'deleted' : 'absent';
    },
    deleteBlob: async (repository: string, digest: Digest, signal: AbortSignal) => {
      await script.play('deleteBlob', [repository, digest], signal);
      checkWritable(can, can.deleteByDigest, `deleting the blob ${repository}@${digest}`);
      return world.repositories.get(repository)?.blobs.delete(digest) ? 'deleted' : 'absent';
    },
    putManifest: async (
      repository: string,
      reference: string,
      manifest: { readonly mediaType: string; readonly bytes: Uint8Array },
      signal: AbortSignal,
    ) => {
      await script.play('putManifest', [repository, reference, manifest], signal);
      checkWritable(can, true, `pushing ${repository}:${reference}`);
      const algorithm = isDigest(reference) ? algorithmOf(reference) : 'sha256';
      const digest = manifestDigest(manifest.bytes, manifest.mediaType, algorithm);
      if (isDigest(reference) && reference !== digest)
        throw error(
          'REGISTRY_DIGEST_MISMATCH',
          `pushing ${repository}@${reference}: its bytes have the digest ${digest}`,
        );
      const stored = world.repository(repository);
      if (context.checksReferences) checkReferences(stored, repository, manifest);
      stored.manifests.set(digest, { mediaType: manifest.mediaType, bytes: manifest.bytes });
      if (!isDigest(reference)) stored.tags.set(reference, digest);
      return digest;
    },
    putBlob: async (repository: string, bytes: Uint8Array, signal: AbortSignal) => {
      await script.play('putBlob', [repository, bytes], signal);
      checkWritable(can, true, `pushing a blob to ${repository}`);
      const digest = digestOf(bytes);
      world.repository(repository).blobs.set(digest, bytes);
      return digest;
    },
  } satisfies Partial<Registry>;
}

async function* list(
  script: Script,
  verb: Verb,
  args: readonly unknown[],
  signal: AbortSignal,
  names: () => Iterable<string>,
): AsyncGenerator<string> {
  const then = await script.play(verb, args, signal);
  let entries = 0;
  for (const name of [...names()]) {
    await then(entries);
    yield name;
    entries += 1;
  }
  await then(entries);
}

function find(
  context: Context,
  stored: StoredRepository | undefined,
  repository: string,
  reference: string,
): FetchedManifest | undefined {
  const digest = isDigest(reference) ? reference : stored?.tags.get(reference);
  const manifest = digest === undefined ? undefined : stored?.manifests.get(digest);
  if (digest === undefined || manifest === undefined) return undefined;
  const { mediaType, bytes } = manifest;
  if (bytes.length > context.maxManifestBytes)
    throw error('REGISTRY_TOO_LARGE', `reading the manifest ${repository}@${digest}: ${bytes.length} bytes`);
  if (manifestDigest(bytes, mediaType, algorithmOf(digest)) !== digest)
    throw error('REGISTRY_DIGEST_MISMATCH', `reading the manifest ${repository}@${digest}: other bytes came back`);
  return { digest, mediaType, sizeBytes: bytes.length, bytes };
}

function referrersOf(stored: StoredRepository | undefined, subject: Digest): readonly Descriptor[] {
  const found: Descriptor[] = [];
  for (const [digest, { mediaType, bytes }] of stored?.manifests ?? []) {
    const { references, artifactType } = parseManifest(bytes, mediaType);
    if (!references.some((one) => one.as === 'subject' && one.to.digest === subject)) continue;
    found.push({ mediaType, digest, sizeBytes: bytes.length, ...(artifactType === undefined ? {} : { artifactType }) });
  }
  return found;
}

function checkReferences(
  stored: StoredRepository,
  repository: string,
  manifest: { readonly mediaType: string; readonly bytes: Uint8Array },
): void {
  for (const { as, to, foreign } of parseManifest(manifest.bytes, manifest.mediaType).references) {
    if (foreign || as === 'subject') continue;
    if (as === 'child' ? stored.manifests.has(to.digest) : stored.blobs.has(to.digest)) continue;
    throw error('REGISTRY_REFUSED', `pushing a manifest to ${repository}: MANIFEST_BLOB_UNKNOWN ${to.digest}`);
  }
}

function checkWritable(can: Capabilities, supported: boolean, doing: string): void {
  if (!can.writable) throw error('REGISTRY_READ_ONLY', `${doing}: the registry is in read-only mode`);
  if (!supported) throw error('REGISTRY_UNSUPPORTED', `${doing}: it is not supported`);
}

function error(code: string, message: string): CodedError {
  return new CodedError(code, message);
}
