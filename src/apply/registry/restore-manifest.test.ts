import { describe, expect, it } from 'vitest';
import { mediaTypes } from '../../oci/media-type.ts';
import {
  type Put,
  putBlob,
  putImage,
  putIndex,
  putManifest,
  putReferrer,
} from '../../systems/registry/memory/build.ts';
import { createMemoryRegistry, type MemoryRegistry } from '../../systems/registry/memory/registry.ts';
import { sha256Hex } from '../../util/pure/hash.ts';
import { restoreManifest } from './restore-manifest.ts';

const { signal } = new AbortController();

/** Removes it as a deletion does, and restores it, by its tag where it has one. */
async function restoreAfter(registry: MemoryRegistry, lost: Put, tag?: string) {
  const stored = registry.world.repository('a');
  stored.manifests.delete(lost.digest);
  if (tag !== undefined) stored.tags.delete(tag);
  return await restore(registry, lost, tag);
}

async function restore(registry: MemoryRegistry, { digest, mediaType, bytes }: Put, tag?: string) {
  const saved = { repository: 'a', digest, mediaType, bytesBase64: Buffer.from(bytes).toString('base64') };
  return await restoreManifest(registry, tag === undefined ? saved : { ...saved, tag }, signal);
}

describe('restoring a manifest', () => {
  it('puts it back under its tag, or under its digest alone', async () => {
    const registry = createMemoryRegistry();
    const tagged = putImage(registry.world, 'a', { tags: ['v1'] });
    const untagged = putImage(registry.world, 'a', { label: 'untagged' });

    expect(await restoreAfter(registry, tagged, 'v1')).toEqual({ result: 'restored' });
    expect(await restoreAfter(registry, untagged)).toEqual({ result: 'restored' });

    expect(registry.world.repository('a').tags.get('v1')).toBe(tagged.digest);
    expect(await registry.resolve('a', untagged.digest, signal)).toBeDefined();
  });

  it('gives back a tag whose manifest never went, and is harmless twice', async () => {
    const registry = createMemoryRegistry();
    const image = putImage(registry.world, 'a', { tags: ['v1', 'v2'] });
    registry.world.repository('a').tags.delete('v1');

    expect(await restore(registry, image, 'v1')).toEqual({ result: 'restored' });
    expect(await restore(registry, image, 'v1')).toEqual({ result: 'already-there' });
  });

  it('pushes nothing where content is missing, and names all of it', async () => {
    const registry = createMemoryRegistry();
    const image = putImage(registry.world, 'a', { layers: ['one', 'two'] });
    const index = putIndex(registry.world, 'a', [image], { tags: ['v1'] });
    registry.world.repository('a').blobs.clear();

    const restored = await restoreAfter(registry, image);

    for (const { digest } of [image.config, ...image.layers])
      expect(restored).toMatchObject({ result: 'impossible', why: expect.stringContaining(digest) });
    expect(await restoreAfter(registry, index, 'v1')).toMatchObject({
      result: 'impossible',
      why: expect.stringContaining(image.digest),
    });
    expect(registry.script.count('putManifest')).toBe(0);
  });

  it('needs neither foreign layers, nor a subject, nor what an opaque manifest mentions', async () => {
    const registry = createMemoryRegistry({ checksReferences: false });
    const digest = `sha256:${sha256Hex('elsewhere')}` as const;
    const elsewhere = { mediaType: mediaTypes.ociLayer, digest, size: 9, urls: ['https://cdn.test/l'] };
    const config = putBlob(registry.world, 'a', '{}', mediaTypes.ociConfig);
    const windows = {
      ...{ schemaVersion: 2, mediaType: mediaTypes.ociManifest, layers: [elsewhere] },
      config: { mediaType: mediaTypes.ociConfig, digest: config.digest, size: config.sizeBytes },
    };
    const gone = { mediaType: mediaTypes.ociManifest, digest, sizeBytes: 1 };
    const opaque = JSON.stringify({ schemaVersion: 1, fsLayers: [{ blobSum: digest }] });
    for (const lost of [
      putManifest(registry.world, 'a', windows),
      putReferrer(registry.world, 'a', gone),
      putManifest(registry.world, 'a', opaque, [], mediaTypes.dockerSchema1),
    ])
      expect(await restoreAfter(registry, lost)).toEqual({ result: 'restored' });
  });

  it('takes what a build cache lists for blobs', async () => {
    const registry = createMemoryRegistry({ checksReferences: false });
    const layer = putBlob(registry.world, 'a', 'cached', mediaTypes.ociLayer);
    const cache = putIndex(registry.world, 'a', [layer]);

    expect(await restoreAfter(registry, cache)).toEqual({ result: 'restored' });
    registry.world.repository('a').blobs.clear();
    expect(await restoreAfter(registry, cache)).toMatchObject({ result: 'impossible' });
  });

  it('leaves a tag where it is now', async () => {
    const registry = createMemoryRegistry();
    const image = putImage(registry.world, 'a', { tags: ['v1'] });
    const other = putImage(registry.world, 'a', { tags: ['v1'], label: 'other' });

    expect(await restore(registry, image, 'v1')).toMatchObject({ result: 'conflict' });
    expect(registry.world.repository('a').tags.get('v1')).toBe(other.digest);
  });
});
