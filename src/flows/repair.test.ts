import { expect, test } from 'vitest';
import { type DiskStore, diskStore } from '../../test/support/disk-store.ts';
import { image, index, listFiles, type StoreWorld } from '../../test/support/store-world/index.ts';
import { leaseKeepers } from '../systems/lease/index.ts';
import type { Store } from '../systems/store/contract.ts';
import { CodedError } from '../util/pure/coded-error.ts';
import { fsckStore } from './fsck.ts';
import { plannedRepair, repairStore } from './repair.ts';

const never = new AbortController().signal;

const world: StoreWorld = {
  manifests: { A: image(['x', 'y']), B: image(['x', 'z']), I: index(['A', 'B']) },
  repositories: { app: { tags: { v1: 'A', all: 'I' } }, other: { tags: { v1: 'B' } } },
};

async function look({ store }: DiskStore) {
  return (await fsckStore({ store, survey: {}, nowMs: Date.now }, never)).damage;
}

async function hide({ store, built }: DiskStore, names: readonly string[]): Promise<void> {
  const blobs = names.map((name) => ({
    digest: built.digest(name),
    sizeBytes: built.bytes(name).length,
    notNewerThanMs: Date.now(),
  }));
  expect(await store.hide('run-1', blobs)).toEqual(names.map(() => 'done'));
}

function repair(own: DiskStore) {
  const leases = leaseKeepers.memory();
  return repairStore({ store: own.store, leases, by: 'a test', look: () => look(own) }, never);
}

test('data comes back from the quarantine, and links that are missing are written: the store is as it was', async () => {
  const own = await diskStore(world);
  const before = listFiles(own.built.folder);
  await hide(own, ['x', 'y']);
  own.built.remove(own.built.layerLink('app', 'x'));
  own.built.write(own.built.layerLink('other', 'z'), '');

  const { steps, confirmed } = await repair(own);

  expect(confirmed).toBe(true);
  expect(
    steps.map(({ do: what, repository, digest, outcome }) => [what, repository, own.built.nameOf(digest), outcome]),
  ).toEqual(
    expect.arrayContaining([
      ['restore', undefined, 'x', 'done'],
      ['restore', undefined, 'y', 'done'],
      ['link', 'app', 'x', 'done'],
      ['link', 'other', 'z', 'done'],
    ]),
  );
  expect(steps).toHaveLength(4);
  expect(await look(own)).toEqual([]);
  expect(listFiles(own.built.folder).filter((path) => !path.startsWith('.winnow'))).toEqual(before);
});

test('what a manifest needs that was hidden itself comes back with it', async () => {
  const own = await diskStore(world);
  await hide(own, ['A', 'y', 'A.config']);

  await repair(own);

  expect(await look(own)).toEqual([]);
});

test('what is lost stays so, and nothing is written for it', async () => {
  const own = await diskStore(world);
  own.built.remove(own.built.data('y'));
  own.built.remove(own.built.layerLink('app', 'y'));

  expect((await repair(own)).steps).toEqual([]);

  expect((await look(own)).map(({ kind }) => kind)).toEqual(['blob-without-data']);
});

test('what would be healed is told without a write', async () => {
  const own = await diskStore(world);
  own.built.remove(own.built.layerLink('app', 'x'));
  const before = listFiles(own.built.folder);

  const { steps, confirmed } = plannedRepair(await look(own));

  expect(confirmed).toBe(false);
  expect(steps).toEqual([{ do: 'link', repository: 'app', digest: own.built.digest('x'), outcome: 'planned' }]);
  expect(listFiles(own.built.folder)).toEqual(before);
});

test('one that can not be healed is told, and leaves the others', async () => {
  const own = await diskStore(world);
  own.built.remove(own.built.layerLink('app', 'x'));
  own.built.remove(own.built.layerLink('other', 'z'));
  const full: Store = {
    ...own.store,
    link: async (repository, digest) => {
      if (repository === 'app') throw new CodedError('STORE_NOT_WRITABLE', 'writing a link of app: the disk is full');
      return await own.store.link(repository, digest);
    },
  };

  const { steps } = await repair({ ...own, store: full });

  expect(steps.map(({ repository, outcome, cause }) => [repository, outcome, cause])).toEqual([
    ['app', 'failed', 'writing a link of app: the disk is full'],
    ['other', 'done', undefined],
  ]);
});

test('while a run is at work nothing is repaired', async () => {
  const own = await diskStore(world);
  own.built.remove(own.built.layerLink('app', 'x'));
  const lock = await own.store.lock('somebody else', never);

  await expect(repair(own)).rejects.toMatchObject({ code: 'LEASE_HELD' });
  await lock.release();

  expect((await look(own)).map(({ kind }) => kind)).toEqual(['link-missing']);
});
