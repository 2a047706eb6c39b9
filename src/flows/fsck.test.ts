import { expect, test } from 'vitest';
import { diskStore, noWaiting, runOnDisk } from '../../test/support/disk-store.ts';
import { storeRig } from '../../test/support/store-rig.ts';
import { type BuiltStore, image, index, raw, type StoreWorld, strange } from '../../test/support/store-world/index.ts';
import { makeTempFolder } from '../../test/support/temp-folder.ts';
import { buildTrowStore } from '../../test/support/trow-store.ts';
import type { Damage } from '../graph/damage-kinds.ts';
import type { Store } from '../systems/store/contract.ts';
import { openStore } from '../systems/store/index.ts';
import { fsckStore } from './fsck.ts';

const never = new AbortController().signal;

/** `link-missing app x <- A (v1)`: kind, repository, what, who needs it, tags. */
function words({ kind, repository, what, neededBy, tags }: Damage, built: BuiltStore): string {
  const needed = neededBy.length === 0 ? '' : ` <- ${neededBy.map((one) => built.nameOf(one)).sort()}`;
  return `${kind} ${repository} ${built.nameOf(what)}${needed} (${tags.join(',')})`;
}

async function check(store: Store) {
  return await fsckStore({ store, survey: {}, nowMs: Date.now }, never);
}

async function hide(store: Store, built: BuiltStore, names: readonly string[]): Promise<void> {
  const blobs = names.map((name) => ({
    digest: built.digest(name),
    sizeBytes: built.bytes(name).length,
    notNewerThanMs: Date.now(),
  }));
  expect(await store.hide('run-1', blobs)).toEqual(names.map(() => 'done'));
}

async function damageIn(world: StoreWorld, harm: (built: BuiltStore) => void = () => undefined) {
  const { built, store } = await diskStore(world);
  harm(built);
  const { damage, unseen } = await check(store);
  expect(unseen).toEqual([]);
  return damage.map((one) => words(one, built));
}

const world: StoreWorld = {
  manifests: { A: image(['x', 'y']), B: image(['x', 'z']), I: index(['A', 'B']), S: image(['s'], { subject: 'A' }) },
  repositories: {
    app: { tags: { v1: 'A', all: 'I', 'sig(A)': 'S' }, layers: ['unneeded'] },
    'app/nested': { tags: { v1: 'B' }, untagged: ['A'] },
  },
  orphans: ['o'],
};

test('a whole store has no damage, and is counted', async () => {
  const { store } = await diskStore(world);

  const { damage, unseen, counts, place } = await check(store);

  expect(damage).toEqual([]);
  expect(unseen).toEqual([]);
  expect(place).toBe(store.name);
  expect(counts).toEqual({ repositories: 2, tags: 4, manifests: 6, blobs: 13, notUnderstood: 0 });
});

test('a tag whose manifest was deleted is broken', async () => {
  expect(
    await damageIn({ manifests: { A: image(['x']) }, repositories: { app: { tags: { v1: 'A' }, deleted: ['A'] } } }),
  ).toEqual(['tag-without-manifest app v1 (v1)']);
});

test('a tag whose link is empty is broken, with and without a history', async () => {
  const found = await damageIn(world, (built) => {
    built.write(built.currentLink('app', 'v1'), '');
    built.write(built.currentLink('app/nested', 'v1'), '');
    built.remove(built.historyLink('app/nested', 'v1', 'B'));
  });

  expect(found).toEqual(['tag-unreadable app v1 (v1)', 'tag-unreadable app/nested v1 (v1)']);
});

test('a layer without data is told once for each repository, with all that need it and the tags that lead there', async () => {
  expect(await damageIn(world, (built) => built.remove(built.data('x')))).toEqual([
    'blob-without-data app x <- A,B (all,v1)',
    'blob-without-data app/nested x <- A,B (v1)',
  ]);
});

test('a manifest without data, and one with other bytes, are broken; what they need is not looked for', async () => {
  const found = await damageIn(world, (built) => {
    built.remove(built.data('A'));
    built.write(built.data('B'), 'no manifest at all');
  });

  expect(found).toEqual([
    'manifest-without-data app A <- A (all,v1)',
    'manifest-without-data app/nested A <- A ()',
    'manifest-unreadable app B <- B (all)',
    'manifest-unreadable app/nested B <- B (v1)',
  ]);
});

test('data without a byte is wrong, hashed or not, where its digest is not that of nothing', async () => {
  const empty: StoreWorld = { ...world, blobs: { z: '' } };
  const { built, store } = await diskStore(empty);
  built.write(built.data('y'), '');
  const verify = { from: undefined, bytesPerSecond: undefined, nowMs: Date.now, wait: async () => undefined };
  const expected = ['wrong-content app y <- A (all,v1)', 'wrong-content app/nested y <- A ()'];

  const { damage } = await check(store);
  const verified = await fsckStore(
    { store, survey: {}, nowMs: Date.now, verify: { ...verify, onPoint: () => undefined } },
    never,
  );

  expect(damage.map((one) => words(one, built))).toEqual(expected);
  expect(verified.damage.map((one) => words(one, built))).toEqual(expected);
});

test('a link that a live manifest needs is missing, or empty, in one repository alone', async () => {
  const found = await damageIn(world, (built) => {
    built.remove(built.layerLink('app', 'y'));
    built.write(built.layerLink('app/nested', 'x'), '');
  });

  expect(found).toEqual(['link-missing app y <- A (all,v1)', 'link-empty app/nested x <- A,B (v1)']);
});

test('a part of an index that is missing is a warning, and all of it is damage', async () => {
  const sparse: StoreWorld = {
    manifests: { A: image(['x']), B: image(['y']), I: index(['A', 'B']) },
    repositories: { app: { tags: { v1: 'I' }, absent: ['B'] }, none: { tags: { v1: 'I' }, absent: ['A', 'B'] } },
  };

  expect(await damageIn(sparse)).toEqual(['index-without-children none I <- I (v1)', 'child-missing app B <- I (v1)']);
});

test('a signature of what is gone is a warning', async () => {
  const orphan: StoreWorld = {
    manifests: { A: image(['x']), S: image(['s'], { subject: 'A' }) },
    repositories: { app: { tags: { 'sig(A)': 'S', other: 'S' }, deleted: ['A'] } },
  };

  const [ofTag, ofManifest, ...others] = await damageIn(orphan);

  expect(ofTag).toMatch(/^subject-missing app (sha256-[0-9a-f]{64}\.sig) \(\1\)$/);
  expect(ofManifest).toMatch(/^subject-missing app S <- S \(other,sha256-[0-9a-f]{64}\.sig\)$/);
  expect(others).toEqual([]);
});

test('links that lead nowhere, and that no manifest needs, are a warning', async () => {
  const found = await damageIn(world, (built) => {
    built.remove(built.data('unneeded'));
    built.write(built.layerLink('app/nested', 'y'), '');
    built.remove(built.revisionLink('app/nested', 'A'));
  });

  expect(found).toEqual(['link-idle app unneeded ()', 'link-idle app/nested y ()']);
});

test('a foreign layer need not be there, nor be linked where others have it', async () => {
  const foreign: StoreWorld = {
    manifests: { A: image(['x', 'far'], { foreign: ['far'] }), F: image(['far']) },
    repositories: { app: { tags: { v1: 'A' } } },
  };

  expect(await damageIn(foreign)).toEqual([]);
  expect(
    await damageIn({ ...foreign, repositories: { ...foreign.repositories, other: { tags: { v1: 'F' } } } }),
  ).toEqual([]);
});

test('content named by its sha512 is found through its link', async () => {
  const aliased: StoreWorld = {
    manifests: { A: image(['x@sha512']) },
    repositories: { app: { tags: { v1: 'A' } } },
  };

  expect(await damageIn(aliased)).toEqual([]);
  expect(await damageIn(aliased, (built) => built.remove(built.data('x')))).toEqual([
    'blob-without-data app x@sha512 <- A (v1)',
  ]);
});

test('a manifest of an unknown type is counted, and not judged', async () => {
  const { store } = await diskStore({
    manifests: { A: strange(['x']), B: raw('{"schemaVersion":2}') },
    repositories: { app: { tags: { v1: 'A' } } },
  });

  const { damage, counts } = await check(store);

  expect(damage).toEqual([]);
  expect(counts.notUnderstood).toBe(1);
});

test('what lies in the quarantine and is needed is told apart from what is lost', async () => {
  const { built, store } = await diskStore(world);
  await hide(store, built, ['y', 'unneeded']);
  built.remove(built.layerLink('app', 'y'));

  const { damage } = await check(store);

  expect(damage.map((one) => words(one, built))).toEqual([
    'data-hidden app y <- A (all,v1)',
    'data-hidden app/nested y <- A ()',
    'link-missing app y <- A (all,v1)',
    'link-idle app unneeded ()',
  ]);
});

test('a whole store that hard-prune works on is whole', async () => {
  const { store } = await diskStore();

  await runOnDisk(storeRig(store), 1, 2, noWaiting);

  expect((await check(store)).damage).toEqual([]);
});

test('damage that is healed before the second look is not told', async () => {
  const { built, store } = await diskStore(world);
  built.remove(built.layerLink('app', 'y'));
  let looks = 0;
  const healing: Store = {
    ...store,
    source: (options) => {
      looks += 1;
      if (looks === 2) built.write(built.layerLink('app', 'y'), built.digest('y'));
      return store.source(options);
    },
  };

  expect((await check(healing)).damage).toEqual([]);
  expect(looks).toBe(2);
});

test('a storage of Trow: what it stood for before need not be there, and what is broken is told', async () => {
  const built = buildTrowStore(makeTempFolder('trow'), {
    manifests: { A: image(['x']), B: image(['y']), I: index(['A', 'B']), C: image(['z']) },
    repositories: {
      app: {
        v1: [
          ['C', '2024-01-01T00:00:00Z'],
          ['A', '2024-01-02T00:00:00Z'],
        ],
        all: 'I',
      },
      tool: { v1: 'B' },
    },
    missing: ['C', 'y'],
  });
  const store = await openStore({ kind: 'trow-files', dir: built.dir }, {}, never);

  const { damage, unseen, counts } = await check(store);

  expect(unseen).toEqual([]);
  expect(damage.map(({ kind, repository, what, tags }) => [kind, repository, built.nameOf(what), tags])).toEqual([
    ['blob-without-data', 'app', 'y', ['all']],
    ['blob-without-data', 'tool', 'y', ['v1']],
  ]);
  expect(counts).toMatchObject({ repositories: 2, tags: 3, manifests: 3 });
});

test('a storage of Trow: a tag whose manifest has no data is broken', async () => {
  const built = buildTrowStore(makeTempFolder('trow'), {
    manifests: { A: image(['x']) },
    repositories: { app: { v1: 'A' } },
    missing: ['A'],
  });
  const store = await openStore({ kind: 'trow-files', dir: built.dir }, {}, never);

  const { damage, unseen } = await check(store);

  expect(unseen).toEqual([]);
  expect(damage.map(({ kind, what, tags }) => [kind, built.nameOf(what), tags])).toEqual([
    ['manifest-without-data', 'A', ['v1']],
  ]);
});
