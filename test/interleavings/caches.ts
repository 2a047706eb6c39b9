import type { Digest } from '../../src/oci/digest.ts';
import type { DescriptorCache } from '../../src/systems/descriptor-cache/contract.ts';
import { silentCache } from '../support/store-rig.ts';

/** What a server remembers of blobs, as Distribution 2.8 does: of all repositories together, and of each. */
export interface Remembered {
  hasBlob(digest: Digest): boolean;
  hasLink(repository: string, digest: Digest): boolean;
  setBlob(digest: Digest): void;
  /** Also the blob itself. */
  setLink(repository: string, digest: Digest): void;
  /** As a DELETE of a blob does. */
  clearLink(repository: string, digest: Digest): void;
}

export const noMemory: Remembered = {
  hasBlob: () => false,
  hasLink: () => false,
  setBlob: () => undefined,
  setLink: () => undefined,
  clearLink: () => undefined,
};

/** In the server itself: each has its own. A link is known or not, whatever becomes of the blob. */
export function ownMemory(): Remembered {
  const blobs = new Set<Digest>();
  const links = new Set<string>();
  return {
    hasBlob: (digest) => blobs.has(digest),
    hasLink: (repository, digest) => links.has(`${repository}@${digest}`),
    setBlob: (digest) => void blobs.add(digest),
    setLink: (repository, digest) => {
      links.add(`${repository}@${digest}`);
      blobs.add(digest);
    },
    clearLink: (repository, digest) => void links.delete(`${repository}@${digest}`),
  };
}

/**
 * In Redis, which the servers share: a link is known where the blob is as well. Before 3.1.0 a DELETE takes the blob alone: as soon as it is
 * known again through another repository, the link is too.
 */
export function sharedMemory(): { readonly memory: Remembered; readonly cache: DescriptorCache } {
  const blobs = new Set<Digest>();
  const links = new Map<string, Set<Digest>>();
  const linksOf = (repository: string) => links.get(repository) ?? new Set();
  const memory: Remembered = {
    hasBlob: (digest) => blobs.has(digest),
    hasLink: (repository, digest) => linksOf(repository).has(digest) && blobs.has(digest),
    setBlob: (digest) => void blobs.add(digest),
    setLink: (repository, digest) => {
      links.set(repository, linksOf(repository).add(digest));
      blobs.add(digest);
    },
    clearLink: (_, digest) => void blobs.delete(digest),
  };
  const cache: DescriptorCache = {
    ...silentCache('redis'),
    forgetLinks: async (forgotten) => {
      for (const { repository, digest } of forgotten) {
        linksOf(repository).delete(digest);
        blobs.delete(digest);
      }
    },
    forgetBlobs: async (digests) => {
      for (const digest of digests) {
        for (const known of links.values()) known.delete(digest);
        blobs.delete(digest);
      }
    },
  };
  return { memory, cache };
}
