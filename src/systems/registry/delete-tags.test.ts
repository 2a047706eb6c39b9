import { describe, expect, test } from 'vitest';
import { parseManifest } from '../../oci/manifest.ts';
import { CodedError } from '../../util/pure/coded-error.ts';
import { deleteOverwriting, overwriteTag, untagByOverwrite } from './delete-tags.ts';
import { putImage } from './memory/build.ts';
import { createMemoryRegistry } from './memory/registry.ts';
import { overwritingManifest } from './overwriting-manifest.ts';

const { signal } = new AbortController();

describe('the manifest that is pushed over a tag', () => {
  test('is an image manifest like any other', () => {
    const { bytes, mediaType } = overwritingManifest('a', 'v1', 'run-1/1');
    const parsed = parseManifest(bytes, mediaType);
    expect(parsed.kind).toBe('image');
    expect(parsed.references.map(({ as, to }) => [as, to.sizeBytes])).toEqual([
      ['config', 2],
      ['layer', 2],
    ]);
  });

  test('is another one for every repository, tag and call, and the same for the same', () => {
    const digests = [
      overwritingManifest('a', 'v1', 'run-1/1'),
      overwritingManifest('a', 'v1', 'run-1/2'),
      overwritingManifest('a', 'v2', 'run-1/1'),
      overwritingManifest('b', 'v1', 'run-1/1'),
    ].map(({ digest }) => digest);
    expect(new Set(digests).size).toBe(4);
    expect(overwritingManifest('a', 'v1', 'run-1/1').digest).toBe(digests[0]);
  });
});

describe('untagging by overwriting', () => {
  test.each([
    ['read-only', { writable: false }, 'REGISTRY_READ_ONLY'],
    ['one that deletes nothing by digest', { deleteByDigest: false }, 'REGISTRY_UNSUPPORTED'],
  ])('writes nothing where the registry is %s', async (_, capabilities, code) => {
    const registry = createMemoryRegistry({ capabilities });
    const image = putImage(registry.world, 'a', { tags: ['v1'] });
    await expect(untagByOverwrite(registry, 'a', 'v1', 'u', signal)).rejects.toMatchObject({ code });
    expect(registry.script.count('putBlob') + registry.script.count('putManifest')).toBe(0);
    expect(registry.world.repository('a').tags.get('v1')).toBe(image.digest);
  });

  test('that broke between its steps is finished by the second', async () => {
    const registry = createMemoryRegistry({ capabilities: { deleteByTag: false } });
    const image = putImage(registry.world, 'a', { tags: ['v1', 'v2'] });
    registry.script.fail('deleteManifest', new CodedError('REGISTRY_UNAVAILABLE', 'down'), { nth: 1 });
    const overwriting = overwritingManifest('a', 'v1', 'u');
    await expect(untagByOverwrite(registry, 'a', 'v1', 'u', signal)).rejects.toThrow('down');
    expect(registry.world.repository('a').tags.get('v1')).toBe(overwriting.digest);
    expect(await deleteOverwriting(registry, 'a', overwriting.digest, signal)).toBe('deleted');
    expect([...registry.world.repository('a').tags]).toEqual([['v2', image.digest]]);
  });

  test('leaves a tag alone that was pushed anew after the first step', async () => {
    const registry = createMemoryRegistry();
    putImage(registry.world, 'a', { tags: ['v1'] });
    const overwriting = overwritingManifest('a', 'v1', 'u');
    await overwriteTag(registry, 'a', 'v1', overwriting, signal);
    const anew = putImage(registry.world, 'a', { tags: ['v1'], label: 'anew' });
    await deleteOverwriting(registry, 'a', overwriting.digest, signal);
    expect([...registry.world.repository('a').tags]).toEqual([['v1', anew.digest]]);
  });
});
