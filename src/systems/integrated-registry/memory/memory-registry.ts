import type { Digest } from '../../../oci/digest.ts';
import { isContentOf, isManifestOf } from '../content.ts';
import type { IntegratedRegistry, StoredManifest } from '../contract.ts';
import { integratedRegistryFailure } from '../failure.ts';

/** What an integrated registry in memory has, to be looked at and prepared by tests. */
export interface MemoryIntegratedRegistry extends IntegratedRegistry {
  /** By repository: digests of manifests and of blobs that it has. */
  readonly links: Map<string, { readonly manifests: Set<Digest>; readonly layers: Set<Digest> }>;
  /** What is stored, whoever links to it. */
  readonly data: Map<Digest, { readonly mediaType: string; readonly bytes: Uint8Array }>;
  /** What changed something, in order: `deleteBlob sha256:…`. */
  readonly calls: string[];
  /** Asked before each call that changes something; what it throws is the answer. */
  onCall: (call: string) => void;
}

/** A registry in memory that does what OpenShift's does. */
export function memoryIntegratedRegistry(url = 'https://registry.test:5000'): MemoryIntegratedRegistry {
  const links: MemoryIntegratedRegistry['links'] = new Map();
  const data: MemoryIntegratedRegistry['data'] = new Map();
  const calls: string[] = [];
  const repositoryOf = (name: string) => {
    const found = links.get(name) ?? { manifests: new Set(), layers: new Set() };
    links.set(name, found);
    return found;
  };
  const called = (call: string) => {
    calls.push(call);
    registry.onCall(call);
  };
  const unlink = (of: 'manifests' | 'layers', repository: string, digest: Digest) =>
    repositoryOf(repository)[of].delete(digest) ? ('deleted' as const) : ('absent' as const);
  const failed = (what: string) => integratedRegistryFailure('INTEGRATED_REGISTRY_FAILED', what);
  const layer = (repository: string, digest: Digest) =>
    repositoryOf(repository).layers.has(digest) ? data.get(digest) : undefined;

  const registry: MemoryIntegratedRegistry = {
    ...{ url, security: 'verified', links, data, calls, onCall: () => undefined },
    assertCanDelete: async () => registry.onCall('assertCanDelete'),
    deleteManifestLink: async (repository, digest) => {
      called(`deleteManifestLink ${repository} ${digest}`);
      return unlink('manifests', repository, digest);
    },
    deleteLayerLink: async (repository, digest) => {
      called(`deleteLayerLink ${repository} ${digest}`);
      return unlink('layers', repository, digest);
    },
    deleteBlob: async (digest) => {
      called(`deleteBlob ${digest}`);
      return data.delete(digest) ? 'deleted' : 'absent';
    },
    manifest: async (repository, digest): Promise<StoredManifest | undefined> =>
      repositoryOf(repository).manifests.has(digest) ? data.get(digest) : undefined,
    putManifest: async (repository, digest, { mediaType, bytes }) => {
      called(`putManifest ${repository} ${digest}`);
      if (!isManifestOf(digest, mediaType, bytes)) throw failed(`storing ${digest}: the content has another digest`);
      data.set(digest, { mediaType, bytes });
      repositoryOf(repository).manifests.add(digest);
    },
    blobSize: async (repository, digest) => layer(repository, digest)?.bytes.length,
    smallBlob: async (repository, digest, maxBytes) => {
      const bytes = layer(repository, digest)?.bytes;
      return bytes === undefined || bytes.length > maxBytes ? undefined : bytes;
    },
    putBlob: async (repository, digest, bytes) => {
      called(`putBlob ${repository} ${digest}`);
      if (!isContentOf(digest, bytes)) throw failed(`storing ${digest}: the content has another digest`);
      data.set(digest, { mediaType: 'application/octet-stream', bytes });
      repositoryOf(repository).layers.add(digest);
    },
    mountBlob: async (repository, digest, from) => {
      called(`mountBlob ${repository} ${digest} ${from}`);
      if (layer(from, digest) === undefined) return 'absent';
      repositoryOf(repository).layers.add(digest);
      return 'mounted';
    },
    close: async () => undefined,
  };
  return registry;
}
