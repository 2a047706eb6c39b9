import { expect, test } from 'vitest';
import { createMemoryStore } from '../../../test/support/memory-store.ts';
import { pushStoreImage, storePicture, uploadBlob } from '../../../test/support/memory-store-world.ts';
import { planMemoryStore } from '../../../test/support/store-plan.ts';
import { applyToStore, storeRig } from '../../../test/support/store-rig.ts';

const DAY_MS = 86_400_000;

test('a plan that was made by a clock ahead of the storage’s leaves what is young by the storage’s own', async () => {
  const store = createMemoryStore();
  pushStoreImage(store.world, 'app', { tags: ['v1'], layers: ['base'] });
  const young = uploadBlob(store.world, 'app', 'its manifest is still to come');
  store.world.clock.forward(60_000);
  const before = storePicture(store.world);

  const aDayAhead = { nowMs: () => store.world.clock.now() + 2 * DAY_MS };
  const { plan } = await planMemoryStore(store, { minBlobAgeMs: DAY_MS }, aDayAhead);
  expect(plan.header.actionCount).toBe(1);
  const report = await applyToStore(storeRig(store), { ...plan, actions: [...plan.actions], mark: undefined });

  expect(report.undone).toMatchObject([{ action: { target: { key: young } }, outcome: { guard: 'too-early' } }]);
  expect(storePicture(store.world)).toBe(before);
});

test('what is old enough by the storage’s clock goes, whatever the machine’s says', async () => {
  const store = createMemoryStore();
  pushStoreImage(store.world, 'app', { tags: ['v1'], layers: ['base'] });
  uploadBlob(store.world, 'app', 'nobody names it');
  store.world.clock.forward(2 * DAY_MS);

  const { plan } = await planMemoryStore(store, { minBlobAgeMs: DAY_MS });
  const anHourBehind = { nowMs: () => store.world.clock.now() - DAY_MS };
  const report = await applyToStore(
    storeRig(store),
    { ...plan, actions: [...plan.actions], mark: undefined },
    anHourBehind,
  );

  expect(report.tally).toMatchObject({ done: 1, skipped: 0 });
});
