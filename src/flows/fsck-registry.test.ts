import { expect, test } from 'vitest';
import type { Descriptor } from '../oci/descriptor.ts';
import { digestOf } from '../systems/registry/content-digest.ts';
import { putImage, putIndex, putManifest, putReferrer } from '../systems/registry/memory/build.ts';
import { createMemoryRegistry, type MemoryRegistry } from '../systems/registry/memory/registry.ts';
import { registrySource } from '../systems/registry/survey.ts';
import { CodedError } from '../util/pure/coded-error.ts';
import { fsckRegistry } from './fsck-registry.ts';

const never = new AbortController().signal;

async function check(registry: MemoryRegistry) {
  return await fsckRegistry(
    {
      registry,
      sourceOf: (repositories) => registrySource(registry, repositories === undefined ? {} : { repositories }),
      concurrency: 3,
      nowMs: Date.now,
    },
    never,
  );
}

async function damageIn(registry: MemoryRegistry) {
  const { damage, unseen } = await check(registry);
  expect(unseen).toEqual([]);
  return damage.map(({ kind, repository, what, tags }) => [kind, repository, what, tags]);
}

test('a whole registry has no damage; each blob is asked for once in each repository that needs it', async () => {
  const registry = createMemoryRegistry();
  const image = putImage(registry.world, 'app', { tags: ['v1', 'v2'], layers: ['x', 'y'] });
  putIndex(registry.world, 'app', [image], { tags: ['all'] });
  putReferrer(registry.world, 'app', image);
  putImage(registry.world, 'tool', { tags: ['v1'], layers: ['x'] });

  const { damage, counts, system, place } = await check(registry);

  expect(damage).toEqual([]);
  expect([system, place]).toEqual(['registry', registry.host]);
  expect(counts).toMatchObject({ repositories: 2, tags: 4, manifests: 4 });
  expect(registry.script.count('blobSize')).toBe(7);
});

test('a blob that one repository does not have is told with all tags that lead there', async () => {
  const registry = createMemoryRegistry();
  const image = putImage(registry.world, 'app', { tags: ['v1'], layers: ['x', 'y'] });
  putIndex(registry.world, 'app', [image], { tags: ['all'] });
  putImage(registry.world, 'tool', { tags: ['v1'], layers: ['x'] });
  const [layer] = image.layers as [Descriptor];
  registry.world.repository('app').blobs.delete(layer.digest);

  expect(await damageIn(registry)).toEqual([['blob-without-data', 'app', layer.digest, ['all', 'v1']]]);
});

test('tags that do not resolve, children and subjects that are missing are told', async () => {
  const registry = createMemoryRegistry();
  const gone = putImage(registry.world, 'app', { label: 'gone', tags: ['v1'] });
  const child = putImage(registry.world, 'app', { label: 'child' });
  const subject = putImage(registry.world, 'app', { label: 'subject' });
  const kept = putImage(registry.world, 'app', { label: 'kept' });
  const some = putIndex(registry.world, 'app', [kept, child], { tags: ['some'] });
  const none = putIndex(registry.world, 'app', [child], { tags: ['none'] });
  const signature = putReferrer(registry.world, 'app', subject, { tags: ['signature'] });
  for (const { digest } of [gone, child, subject]) registry.world.repository('app').manifests.delete(digest);

  expect(await damageIn(registry)).toEqual([
    ['tag-without-manifest', 'app', 'v1', ['v1']],
    ['index-without-children', 'app', none.digest, ['none']],
    ['child-missing', 'app', child.digest, ['some']],
    ['subject-missing', 'app', signature.digest, ['signature']],
  ]);
  expect(some.digest).not.toBe(none.digest);
});

test('a layer that lies elsewhere is not missed, though others have it', async () => {
  const registry = createMemoryRegistry();
  const image = putImage(registry.world, 'tool', { tags: ['v1'], layers: ['far'] });
  const [far] = image.layers as [Descriptor];
  const { config } = putImage(registry.world, 'app', { tags: ['base'] });
  const wire = ({ mediaType, digest, sizeBytes: size }: Descriptor) => ({ mediaType, digest, size });
  putManifest(
    registry.world,
    'app',
    {
      ...{ schemaVersion: 2, mediaType: image.mediaType, config: wire(config) },
      layers: [{ ...wire(far), urls: ['https://layers.example/'] }],
    },
    ['v1'],
  );

  expect(await damageIn(registry)).toEqual([]);
});

test('a blob on which there is no answer is no damage: it could not be looked at', async () => {
  const registry = createMemoryRegistry();
  putImage(registry.world, 'app', { tags: ['v1'] });
  registry.script.fail('blobSize', new CodedError('REGISTRY_UNAVAILABLE', 'it is down'), { nth: 1 });

  const { damage, unseen } = await check(registry);

  expect(damage).toEqual([]);
  expect(unseen).toMatchObject([{ scope: `${registry.host}/app`, cause: 'it is down' }]);
});

test('a manifest that is no manifest is damage, and one that does not come could not be looked at', async () => {
  const registry = createMemoryRegistry();
  const bad = putManifest(registry.world, 'app', '{"schemaVersion":2,"config":7', ['bad']);
  putImage(registry.world, 'app', { tags: ['down'], label: 'down' });
  registry.script.fail('manifest', new CodedError('REGISTRY_UNAVAILABLE', 'it is down'), {
    when: (_, reference) => reference === 'down',
  });

  const { damage, unseen } = await check(registry);

  expect(damage.map(({ kind, what, tags }) => [kind, what, tags])).toEqual([
    ['manifest-unreadable', bad.digest, ['bad']],
  ]);
  expect(unseen).toMatchObject([{ cause: 'it is down' }]);
});

test('what was pushed between two looks is no damage', async () => {
  const registry = createMemoryRegistry();
  const image = putImage(registry.world, 'app', { tags: ['v1'], layers: ['x'] });
  const [layer] = image.layers as [Descriptor];
  const { blobs } = registry.world.repository('app');
  blobs.delete(layer.digest);
  registry.script.before('manifest', () => void blobs.set(digestOf(Buffer.from('x')), Buffer.from('x')), { nth: 2 });

  expect(await damageIn(registry)).toEqual([]);
  expect(registry.script.count('manifest')).toBe(2);
});
