import { describe, expect, test } from 'vitest';
import { mediaTypes } from '../../oci/media-type.ts';
import { digestOf } from './content-digest.ts';
import { type Put, putBlob, putImage, putIndex, putManifest, putReferrer } from './memory/build.ts';
import { createMemoryRegistry, type MemoryRegistry } from './memory/registry.ts';
import { restoreManifest } from './restore-manifest.ts';

const { signal } = new AbortController();

/** Removes it as a deletion does, and restores it. */
async function restoreAfter(registry: MemoryRegistry, lost: Put, tags: readonly string[] = []) {
  const stored = registry.world.repository('a');
  stored.manifests.delete(lost.digest);
  for (const tag of tags) stored.tags.delete(tag);
  return restoreManifest(registry, 'a', { ...lost, tags }, signal);
}

describe('restoring a manifest', () => {
  test('puts it back under its tags, or under its digest alone', async () => {
    const registry = createMemoryRegistry();
    const tagged = putImage(registry.world, 'a', { tags: ['v1', 'v2'] });
    const untagged = putImage(registry.world, 'a', { label: 'untagged' });
    expect(await restoreAfter(registry, tagged, ['v1', 'v2'])).toMatchObject({ outcome: 'restored' });
    expect(await restoreAfter(registry, untagged)).toEqual({ outcome: 'restored', tags: [] });
    expect([...registry.world.repository('a').tags]).toEqual([
      ['v1', tagged.digest],
      ['v2', tagged.digest],
    ]);
    expect(await registry.resolve('a', untagged.digest, signal)).toBeDefined();
  });

  test('gives back a tag whose manifest never went', async () => {
    const registry = createMemoryRegistry();
    const image = putImage(registry.world, 'a', { tags: ['v1', 'v2'] });
    registry.world.repository('a').tags.delete('v1');
    expect(await restoreManifest(registry, 'a', { ...image, tags: ['v1'] }, signal)).toEqual({
      outcome: 'already-there',
      tags: [{ tag: 'v1', outcome: 'restored' }],
    });
  });

  test('pushes nothing where content is missing, and names all of it', async () => {
    const registry = createMemoryRegistry();
    const image = putImage(registry.world, 'a', { layers: ['one', 'two'] });
    const index = putIndex(registry.world, 'a', [image], { tags: ['v1'] });
    registry.world.repository('a').blobs.clear();
    expect(await restoreAfter(registry, image)).toEqual({
      outcome: 'missing',
      missing: [image.config.digest, ...image.layers.map(({ digest }) => digest)],
    });
    expect(await restoreAfter(registry, index, ['v1'])).toEqual({ outcome: 'missing', missing: [image.digest] });
    expect(registry.script.count('putManifest')).toBe(0);
  });

  test('needs neither foreign layers, nor a subject, nor what an opaque manifest mentions', async () => {
    const registry = createMemoryRegistry({ checksReferences: false });
    const elsewhere = {
      mediaType: mediaTypes.ociLayer,
      digest: digestOf(Buffer.from('l')),
      size: 9,
      urls: ['https://cdn.test/l'],
    };
    const { digest, sizeBytes: size } = putBlob(registry.world, 'a', '{}', mediaTypes.ociConfig);
    const config = { mediaType: mediaTypes.ociConfig, digest, size };
    const windows = { schemaVersion: 2, mediaType: mediaTypes.ociManifest, config, layers: [elsewhere] };
    const gone = { mediaType: mediaTypes.ociManifest, digest: digestOf(Buffer.from('gone')), sizeBytes: 1 };
    const opaque = JSON.stringify({ schemaVersion: 1, fsLayers: [{ blobSum: gone.digest }] });
    for (const lost of [
      putManifest(registry.world, 'a', windows),
      putReferrer(registry.world, 'a', gone),
      putManifest(registry.world, 'a', opaque, [], mediaTypes.dockerSchema1),
    ])
      expect(await restoreAfter(registry, lost)).toMatchObject({ outcome: 'restored' });
  });

  test('takes what a build cache lists for blobs', async () => {
    const registry = createMemoryRegistry({ checksReferences: false });
    const layer = putBlob(registry.world, 'a', 'cached', mediaTypes.ociLayer);
    const cache = putIndex(registry.world, 'a', [layer]);
    expect(await restoreAfter(registry, cache)).toMatchObject({ outcome: 'restored' });
    registry.world.repository('a').blobs.clear();
    expect(await restoreAfter(registry, cache)).toEqual({ outcome: 'missing', missing: [layer.digest] });
  });

  test('leaves a tag where it is now', async () => {
    const registry = createMemoryRegistry();
    const image = putImage(registry.world, 'a', { tags: ['v1'] });
    registry.world.repository('a').manifests.delete(image.digest);
    const other = putImage(registry.world, 'a', { tags: ['v1'], label: 'other' });
    expect(await restoreManifest(registry, 'a', { ...image, tags: ['v1'] }, signal)).toEqual({
      outcome: 'restored',
      tags: [{ tag: 'v1', outcome: 'conflict', digest: other.digest }],
    });
    expect(registry.world.repository('a').tags.get('v1')).toBe(other.digest);
  });

  test('pushes no bytes that are not its own', async () => {
    const registry = createMemoryRegistry();
    const image = putImage(registry.world, 'a');
    const lost = { ...image, bytes: Buffer.from('{}'), tags: ['v1'] };
    await expect(restoreManifest(registry, 'a', lost, signal)).rejects.toMatchObject({
      code: 'REGISTRY_DIGEST_MISMATCH',
    });
    expect(registry.script.count('putManifest')).toBe(0);
  });
});
