import { linkSync, statSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { diskStore, planDisk } from '../../test/support/disk-store.ts';
import { image, index, listFiles, type StoreWorld } from '../../test/support/store-world/index.ts';
import type { UploadSpec } from '../../test/support/store-world/world.ts';
import { makeTempFolder } from '../../test/support/temp-folder.ts';
import { totalBytes } from '../report/disk-use.ts';
import type { Store } from '../systems/store/contract.ts';
import { storeDiskUse } from './store-disk-use.ts';

const never = new AbortController().signal;

async function measure(store: Store) {
  return await storeDiskUse({ store, survey: {}, withTags: true, withLayers: true, nowMs: Date.now }, never);
}

const letters = ['a', 'b', 'c', 'd', 'e', 'f'];
const some = fc.uniqueArray(fc.constantFrom(...letters), { minLength: 1, maxLength: 4 });

const worlds = fc
  .record({
    images: fc.array(some, { minLength: 1, maxLength: 5 }),
    sizes: fc.tuple(...letters.map(() => fc.integer({ min: 0, max: 3000 }))),
    places: fc.array(fc.tuple(fc.constantFrom('app', 'app/nested', 'tool'), fc.nat(9), fc.boolean()), { maxLength: 6 }),
    orphans: fc.uniqueArray(fc.constantFrom(...letters, 'o')),
    uploadBytes: fc.nat(500),
    toHide: fc.nat(3),
  })
  .map(({ images, sizes, places, orphans, uploadBytes, toHide }) => {
    const manifests = Object.fromEntries(images.map((layers, n) => [`M${n}`, image(layers)]));
    const repositories: Record<
      string,
      { tags: Record<string, string>; untagged: string[]; uploads: Record<string, UploadSpec> }
    > = {};
    for (const [name, number, isTagged] of places) {
      const manifest = `M${number % images.length}`;
      repositories[name] ??= { tags: {}, untagged: [], uploads: {} };
      if (isTagged) repositories[name].tags[`t${number}`] = manifest;
      else repositories[name].untagged.push(manifest);
    }
    if (repositories['app'] !== undefined) {
      repositories['app'].tags['all'] = 'I';
      repositories['app'].uploads = {
        'aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa': { startedAtMs: 0, sizeBytes: uploadBytes },
      };
    }
    const blobs = Object.fromEntries(letters.map((letter, n) => [letter, sizes[n] as number]));
    const world: StoreWorld = {
      manifests: { ...manifests, I: index(Object.keys(manifests)) },
      blobs,
      repositories,
      orphans,
    };
    return { world, toHide };
  });

test('every byte of the data is in one of the parts, and in one alone', async () => {
  await fc.assert(
    fc.asyncProperty(worlds, async ({ world, toHide }) => {
      const { built, store } = await diskStore(world);
      const free = (await measure(store)).layers?.filter(({ state }) => state === 'reclaimable') ?? [];
      for (const { digest, sizeBytes } of free.slice(0, toHide))
        await store.hide('run-1', [{ digest: built.digest(digest), sizeBytes, notNewerThanMs: Date.now() }]);

      const use = await measure(store);

      const uploads = use.storage?.lyingAboutBytes ?? 0;
      expect(totalBytes(use) - uploads).toBe(dataBytes(built.folder));
      const sums = { unique: 0, shared: 0, reclaimable: 0, hidden: 0 };
      for (const { state, sizeBytes } of use.layers ?? []) sums[state] += sizeBytes;
      expect(sums).toEqual({
        unique: use.repositories.reduce((sum, { share }) => sum + share.uniqueBytes, 0),
        shared: use.sharedBytes,
        reclaimable: use.storage?.unneededBytes,
        hidden: use.storage?.hiddenBytes,
      });
    }),
    { numRuns: 25 },
  );
});

test('bytes are told by repository, by tag, and apart where nobody needs them', async () => {
  const { built, store } = await diskStore({
    manifests: { A: image(['base', 'mine']), B: image(['base']) },
    blobs: { base: 1000, mine: 200, o: 70, hidden: 30, 'A.config': 1, 'B.config': 2 },
    repositories: {
      app: {
        tags: { v1: 'A' },
        uploads: { 'aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa': { startedAtMs: 0, sizeBytes: 5 } },
      },
      tool: { tags: { v1: 'B' } },
    },
    orphans: ['o', 'hidden'],
  });
  await store.hide('run-1', [{ digest: built.digest('hidden'), sizeBytes: 30, notNewerThanMs: Date.now() }]);
  const [a, b] = [built.bytes('A').length, built.bytes('B').length];

  const use = await measure(store);

  expect(use.sharedBytes).toBe(1000);
  expect(use.storage).toMatchObject({ unneededBytes: 70, hiddenBytes: 30 });
  expect(use.storage?.lyingAboutBytes).toBeGreaterThanOrEqual(5);
  expect(use.repositories.map(({ repository, share, tags }) => [repository, share.uniqueBytes, tags])).toEqual([
    ['app', 201 + a, [{ tag: 'v1', share: { uniqueBytes: 201 + a, sharedBytes: 1000 } }]],
    ['tool', 2 + b, [{ tag: 'v1', share: { uniqueBytes: 2 + b, sharedBytes: 1000 } }]],
  ]);
  expect(use.layers?.slice(0, 1)).toEqual([
    { digest: built.digest('base'), sizeBytes: 1000, repositories: 2, state: 'shared' },
  ]);
  expect(use.layers?.find(({ digest }) => digest === built.digest('hidden'))?.state).toBe('hidden');
});

test('what the disk gets back is told as a plan tells it: in blocks, and nothing for data that has another hard link', async () => {
  const { built, store } = await diskStore({
    manifests: { A: image(['base']) },
    repositories: { app: { tags: { v1: 'A' } } },
    blobs: { o: 70, linked: 9000 },
    orphans: ['o', 'linked'],
  });
  linkSync(built.data('linked'), join(makeTempFolder('copy'), 'data'));

  const { storage } = await measure(store);

  const { header } = await planDisk(store, 'plan-1');
  expect(storage?.unneededBytes).toBe(9070);
  expect(storage?.reclaimableBytes).toBe(statSync(built.data('o')).blocks * 512);
  expect(storage?.reclaimableBytes).toBe(header.store?.wouldDelete.reclaimableBytes);
});

/** Of blobs, in their places and in the quarantine. */
function dataBytes(folder: string): number {
  return listFiles(folder)
    .filter((path) => /\/blobs\/sha256\/..\/[0-9a-f]{64}\/data$|^\.winnow\/quarantine\/.*\/[0-9a-f]{64}$/.test(path))
    .reduce((sum, path) => sum + statSync(join(folder, path)).size, 0);
}
