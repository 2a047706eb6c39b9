import { beforeEach, expect, test } from 'vitest';
import { createMemoryStore, type MemoryStore } from '../../test/support/memory-store.ts';
import { brokenTags, type PushedImage, pushStoreImage } from '../../test/support/memory-store-world.ts';
import { applyToStore, planSimply, storeRig } from '../../test/support/store-rig.ts';
import type { Sink, Source } from '../evidence/sink.ts';
import { heldDigests } from './held-digests.ts';

let store: MemoryStore;
let untagged: PushedImage;
let other: PushedImage;

beforeEach(() => {
  store = createMemoryStore();
  pushStoreImage(store.world, 'app', { tags: ['v1'], layers: ['base'] });
  untagged = pushStoreImage(store.world, 'app', { layers: ['base', 'old'], label: 'old' });
  other = pushStoreImage(store.world, 'app', { layers: ['base', 'older'], label: 'older' });
  store.world.clock.forward(30 * 24 * 3_600_000);
});

/** A plan by which both untagged images go, applied while the records say this. */
async function applied(say: (sink: Sink) => void) {
  const source: Source = { name: 'records file', survey: async (sink) => say(sink) };
  const manifests = [untagged, other].map(({ digest }) => `app@${digest}`);
  const plan = await planSimply(store, { manifests, blobs: [...store.world.blobs.keys()], withoutWaiting: true });
  const sources = [heldDigests([source], store.name, () => 1)];
  const report = await applyToStore(storeRig(store), plan, { holders: { sources, maxAgeMs: 1000 } });
  const revisions = [...(store.world.repositories.get('app')?.revisions.keys() ?? [])];
  return { report, stays: [untagged, other].map(({ digest }) => revisions.includes(digest)) };
}

const holds = (sink: Sink, owned: string) => {
  const record = sink.resource('record', 'file', '1');
  sink.exists(record, {});
  sink.holds(record, 'record 1 (active)');
  sink.refers(record, sink.resource('manifest', 'registry.example:5000/app', owned), 'record');
};

test('a manifest that a record has come to hold since the plan stays with all that it needs, and others go', async () => {
  const { report, stays } = await applied((sink) => holds(sink, untagged.digest));

  expect(stays).toEqual([true, false]);
  expect(report.undone.filter(({ action }) => action.do === 'delete-manifest')).toMatchObject([
    { action: { target: { key: untagged.digest } }, outcome: { guard: 'record-changed' } },
  ]);
  expect(store.world.blobs.has(untagged.digest)).toBe(true);
  expect(brokenTags(store.world)).toEqual([]);
});

test('no manifest goes while the records can not tell all that they hold', async () => {
  const { report, stays } = await applied((sink) =>
    sink.gap({ scope: 'registry.example:5000', hides: 'holds', source: 'records file', cause: 'EACCES' }),
  );

  expect(stays).toEqual([true, true]);
  expect(report.causes).toContainEqual({ result: 'skipped', cause: 'evidence-stale', count: 2 });
});

test('nothing is done at all when the records refuse to be asked', async () => {
  const refused = applied(() => {
    throw new Error('the password is wrong');
  });

  await expect(refused).rejects.toThrow('the password is wrong');
  expect(store.world.repositories.get('app')?.revisions.has(untagged.digest)).toBe(true);
});

test('manifests go as planned when nobody holds them', async () => {
  const { report, stays } = await applied(() => undefined);

  expect(stays).toEqual([false, false]);
  expect(report.undone.filter(({ action }) => action.do === 'delete-manifest')).toEqual([]);
});
