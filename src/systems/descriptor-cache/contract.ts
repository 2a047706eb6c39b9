import type { Digest } from '../../oci/digest.ts';

/** A repository's right to use a blob or a manifest, as a cache remembers it. */
export interface RememberedLink {
  readonly repository: string;
  readonly digest: Digest;
}

/**
 * Where a registry remembers which blobs there are, and which repository may use them. It is asked before the disk, and never forgets
 * by itself: what was removed behind its back it goes on promising.
 */
export interface DescriptorCache {
  /**
   * `none`: the registry looks at the disk each time. `in-memory`: each server has its own, which it alone can be told to correct, by a
   * DELETE. `redis`: the servers share one.
   */
  readonly kind: 'none' | 'in-memory' | 'redis';
  /** For messages; without credentials. */
  readonly name: string;
  /**
   * Makes it forget that these repositories may use these blobs or manifests. Forgetting what it does not know is no error.
   * @throws CACHE_UNREACHABLE
   */
  forgetLinks(links: readonly RememberedLink[], signal: AbortSignal): Promise<void>;
  /** Makes it forget blobs, in whatever repository. @throws CACHE_UNREACHABLE */
  forgetBlobs(digests: readonly Digest[], signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}
