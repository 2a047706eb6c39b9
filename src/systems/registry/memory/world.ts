import type { Digest } from '../../../oci/digest.ts';

export interface StoredManifest {
  readonly mediaType: string;
  readonly bytes: Uint8Array;
}

/** One repository as it lies there. */
export interface StoredRepository {
  readonly tags: Map<string, Digest>;
  readonly manifests: Map<Digest, StoredManifest>;
  readonly blobs: Map<Digest, Uint8Array>;
  /** When each digest of a tag was pushed, UTC milliseconds. */
  readonly pushTimes: Map<string, Map<Digest, number>>;
}

/** The content behind the registry, for tests to look into and to change behind its back. */
export interface World {
  readonly repositories: Map<string, StoredRepository>;
  /** A repository, made if need be. */
  repository(name: string): StoredRepository;
}

export function createWorld(): World {
  const repositories = new Map<string, StoredRepository>();
  return {
    repositories,
    repository: (name) => {
      let found = repositories.get(name);
      if (found === undefined) {
        found = { tags: new Map(), manifests: new Map(), blobs: new Map(), pushTimes: new Map() };
        repositories.set(name, found);
      }
      return found;
    },
  };
}
