import { type Digest, isDigest } from '../../src/oci/digest.ts';
import type { Registry } from '../../src/systems/registry/contract.ts';
import { linkBlob, type StoreWorld } from '../support/memory-store-world.ts';
import { digestOf } from '../support/push-image.ts';
import { createStoreReplica } from '../support/store-replica.ts';
import type { Remembered } from './caches.ts';
import type { Turns } from './turns.ts';

/** A server of a registry, whose every look at the storage or into its memory is a step: others come in between. */
export interface Server {
  /** As Winnow sees it. */
  readonly asRegistry: Registry;
  /** HEAD. */
  has(repository: string, digest: Digest): Promise<boolean>;
  upload(repository: string, bytes: Buffer): Promise<void>;
  /** @returns false: the source has it not */
  mount(repository: string, digest: Digest, from: string): Promise<boolean>;
  /** HEAD of a manifest. */
  hasManifest(repository: string, digest: Digest): Promise<boolean>;
  /** @returns false: refused, as a part is not there */
  putManifest(repository: string, manifest: PushedManifest): Promise<boolean>;
  deleteManifest(repository: string, digest: Digest): Promise<void>;
  /** HEAD without a step: what a push would be told at this moment. */
  promises(repository: string, digest: Digest): boolean;
}

export interface PushedManifest {
  readonly bytes: Buffer;
  /** Config and layers. */
  readonly parts?: readonly Digest[];
  readonly children?: readonly Digest[];
  readonly tag?: string;
}

/**
 * The order in which Distribution 2.8 does things, written by what it does on a disk and in its caches. What it keeps of uploads is left
 * out: nobody looks at it.
 */
export function createServer(world: StoreWorld, memory: Remembered, turns: Turns, host: string): Server {
  const layers = (repository: string) => world.repository(repository).layers;

  /** Its memory first; then the link, then the blob, and what was found is remembered. */
  const has = async (repository: string, digest: Digest): Promise<boolean> => {
    await turns.step();
    if (memory.hasLink(repository, digest)) return true;
    await turns.step();
    if (!layers(repository).has(digest)) return false;
    if (!(await hasBlob(digest))) return false;
    await turns.step();
    memory.setLink(repository, digest);
    return true;
  };
  const hasBlob = async (digest: Digest): Promise<boolean> => {
    await turns.step();
    if (memory.hasBlob(digest)) return true;
    await turns.step();
    if (!world.blobs.has(digest)) return false;
    await turns.step();
    memory.setBlob(digest);
    return true;
  };
  /** Data that is there stays as it is; the link is written anew in any case. */
  const upload = async (repository: string, bytes: Buffer): Promise<void> => {
    const digest = digestOf(bytes) as Digest;
    await turns.step();
    const isThere = world.blobs.has(digest);
    await turns.step();
    if (!isThere) world.blobs.set(digest, { bytes, atMs: world.clock.now() });
    await turns.step();
    linkBlob(world, repository, digest);
    await turns.step();
    memory.setLink(repository, digest);
  };
  const deleteBlob = async (repository: string, digest: Digest): Promise<'deleted' | 'absent'> => {
    if (!(await has(repository, digest))) return 'absent';
    await turns.step();
    memory.clearLink(repository, digest);
    await turns.step();
    layers(repository).delete(digest);
    return 'deleted';
  };
  const hasManifest = async (repository: string, digest: Digest): Promise<boolean> => {
    await turns.step();
    return world.repository(repository).revisions.has(digest) && (await hasBlob(digest));
  };
  const putManifest = async (repository: string, { bytes, parts = [], children = [], tag }: PushedManifest) => {
    for (const part of parts) if (!(await has(repository, part))) return false;
    for (const child of children) if (!(await hasManifest(repository, child))) return false;
    const digest = digestOf(bytes) as Digest;
    const { revisions, tags } = world.repository(repository);
    const isThere = await hasBlob(digest);
    await turns.step();
    if (!isThere) world.blobs.set(digest, { bytes, atMs: world.clock.now() });
    await turns.step();
    revisions.set(digest, world.clock.now());
    if (tag === undefined) return true;
    await turns.step();
    const history = tags.get(tag)?.history ?? new Map<Digest, number>();
    history.set(digest, world.clock.now());
    tags.set(tag, { current: tags.get(tag)?.current, history });
    await turns.step();
    tags.set(tag, { current: digest, history });
    return true;
  };
  const deleteManifest = async (repository: string, digest: Digest): Promise<void> => {
    await turns.step();
    const { revisions, tags } = world.repository(repository);
    revisions.delete(digest);
    await turns.step();
    for (const [tag, { current }] of [...tags]) if (current === digest) tags.delete(tag);
  };
  const asRegistry: Registry = {
    ...createStoreReplica(world, { host }),
    deleteBlob,
    resolve: async (repository, reference) => {
      const digest = isDigest(reference) ? reference : undefined;
      const isThere = digest !== undefined && (await hasManifest(repository, digest));
      return isThere ? { digest, mediaType: '', sizeBytes: 1 } : undefined;
    },
    deleteManifest: async (repository, digest) => {
      await deleteManifest(repository, digest);
      return 'deleted';
    },
    blobSize: async (repository, digest) => ((await has(repository, digest)) ? 1 : undefined),
  };
  const promises = (repository: string, digest: Digest) =>
    memory.hasLink(repository, digest) ||
    (layers(repository).has(digest) && (memory.hasBlob(digest) || world.blobs.has(digest)));
  return { asRegistry, has, upload, mount, hasManifest, putManifest, deleteManifest, promises };

  async function mount(repository: string, digest: Digest, from: string): Promise<boolean> {
    if (!(await has(from, digest))) return false;
    await turns.step();
    linkBlob(world, repository, digest);
    return true;
  }
}
