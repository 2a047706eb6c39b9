import { beforeEach, describe, expect, test } from 'vitest';
import { dieAt, mortalJournal, mortalRegistry, mortalStore } from '../../test/support/crashing.ts';
import { createMemoryStore, type MemoryStore } from '../../test/support/memory-store.ts';
import {
  brokenTags,
  imageManifest,
  linkBlob,
  type PushedImage,
  pushStoreImage,
  putManifestBytes,
  storePicture,
  uploadBlob,
} from '../../test/support/memory-store-world.ts';
import { createStoreReplica } from '../../test/support/store-replica.ts';
import {
  applyToStore,
  planSimply,
  type SimplePlanOptions,
  type StoreRig,
  silentCache,
  storeRig,
  undoOnStore,
} from '../../test/support/store-rig.ts';
import type { Digest } from '../oci/digest.ts';
import type { Action } from '../plan/action.ts';
import type { NotedSwitch, ReadOnlySwitch, SwitchNote } from '../systems/read-only-switch/contract.ts';

const HOUR = 3_600_000;
const timing = { graceMs: 24 * HOUR, settleMs: 0, holdMs: 48 * HOUR, marginMs: 10 };

let store: MemoryStore;
let kept: PushedImage;
let old: PushedImage;
let garbage: Digest;

beforeEach(() => {
  store = createMemoryStore();
  kept = pushStoreImage(store.world, 'app', { tags: ['v1'], layers: ['base', 'code'] });
  garbage = uploadBlob(store.world, 'app', 'nobody needs this');
  linkBlob(store.world, 'tool', garbage);
  old = pushStoreImage(store.world, 'app', { layers: ['base', 'old code'], label: 'old' });
  store.world.clock.forward(30 * 24 * HOUR);
});

const plan = (options: Partial<SimplePlanOptions> = {}) =>
  planSimply(store, { blobs: [...store.world.blobs.keys()], ...options });

describe('a run on a storage is refused, and nothing is done,', () => {
  const refused = async (rig: StoreRig, changes: Parameters<typeof applyToStore>[2], error: object) => {
    const next = await plan();
    const before = storePicture(store.world);
    await expect(applyToStore(rig, next, changes)).rejects.toMatchObject(error);
    expect(storePicture(store.world)).toBe(before);
    expect(await rig.journal.runs()).toEqual([]);
  };
  const replica = (options: Parameters<typeof createStoreReplica>[1] = {}) => createStoreReplica(store.world, options);

  test.each(['in-memory', 'redis'] as const)('online with a cache (%s) and no server to tell', async (kind) => {
    const rig = storeRig(store, { cache: silentCache(kind) });
    await refused(rig, {}, { code: 'HARD_PRUNE_NO_REPLICAS', hint: expect.stringContaining('--cache none') });
  });

  test('when one of several servers does not delete', async () => {
    const silent = replica({ host: 'second.test' });
    silent.state.deletes = false;
    const rig = storeRig(store, { cache: silentCache('in-memory'), replicas: [replica(), silent] });
    const message = expect.stringContaining('second.test');
    await refused(rig, {}, { code: 'HARD_PRUNE_DELETE_DISABLED', message });
  });

  test('in read-only mode when one of several servers accepts writes', async () => {
    const rig = storeRig(store, { replicas: [replica({ readOnly: true }), replica({ host: 'second.test' })] });
    const message = expect.stringContaining('second.test');
    await refused(rig, { mode: 'read-only' }, { code: 'HARD_PRUNE_NOT_READ_ONLY', message });
  });

  test('in read-only mode that nobody can be asked about', async () => {
    await refused(storeRig(store), { mode: 'read-only' }, { code: 'HARD_PRUNE_NO_REPLICAS' });
  });

  test('when a server serves another storage', async () => {
    const other = createStoreReplica(createMemoryStore().world, { host: 'stranger.test' });
    const rig = storeRig(store, { cache: silentCache('in-memory'), replicas: [replica(), other] });
    const message = expect.stringContaining('stranger.test');
    await refused(rig, {}, { code: 'HARD_PRUNE_OTHER_STORE', message });
  });

  test('while another run holds the lease, or the lock on the storage', async () => {
    const rig = storeRig(store);
    const lock = await store.lock('run-0 of another machine', new AbortController().signal);
    const message = expect.stringContaining('run-0 of another machine');
    await refused(rig, {}, { code: 'LEASE_HELD', message });
    await lock.release();
    const lease = await rig.leases.acquire(`store ${store.name}`, 'run-0', new AbortController().signal);
    await refused(rig, {}, { code: 'LEASE_HELD' });
    await lease.release();

    expect((await applyToStore(rig, await plan())).tally.done).toBe(1);
  });

  test('when the plan is for something else than a storage', async () => {
    const next = await plan();
    const target = { kind: 'tag', scope: `${store.name}/app`, key: 'v1' } as const;
    const actions: readonly Action[] = [{ ...(next.actions[0] as Action), do: 'delete-tag', target }];
    await expect(applyToStore(storeRig(store), { ...next, actions })).rejects.toMatchObject({
      code: 'HARD_PRUNE_PLAN_UNFIT',
    });
  });

  test('when the plan has expired', async () => {
    const next = await plan();
    const header = { ...next.header, expiresAtMs: next.header.madeAtMs };
    await expect(applyToStore(storeRig(store), { ...next, header })).rejects.toMatchObject({ code: 'PLAN_EXPIRED' });
  });
});

describe('a run that switches to read-only mode itself', () => {
  function switched(replica: ReturnType<typeof createStoreReplica>) {
    let noted: NotedSwitch | undefined;
    const set = (isReadOnly: boolean) => async () => {
      replica.state.isReadOnly = isReadOnly;
    };
    const readOnly: ReadOnlySwitch = {
      ...{ kind: 'manual', name: 'a test', remember: async () => null, close: async () => undefined },
      ...{ switchOn: set(true), switchBack: set(false) },
    };
    const note: SwitchNote = {
      place: 'memory',
      read: async () => noted,
      write: async (one) => {
        noted = one;
      },
      clear: async () => {
        noted = undefined;
      },
    };
    return { readOnly, note };
  }

  test('works in that mode, and leaves the registry as it was', async () => {
    const replica = createStoreReplica(store.world);
    const rig = storeRig(store, { replicas: [replica] });
    const modes = new Set<boolean>();
    const onProgress = () => void modes.add(replica.state.isReadOnly);

    const switching = switched(replica);
    const next = await plan({ withoutWaiting: true });
    const report = await applyToStore(rig, next, { mode: 'read-only', switching, onProgress });

    expect([report.tally.done, [...modes], replica.state.isReadOnly]).toEqual([3, [true], false]);
  });

  test('does not end the read-only mode of a run that is at work', async () => {
    const replica = createStoreReplica(store.world);
    const switching = switched(replica);
    const rig = storeRig(store, { replicas: [replica] });
    const next = await plan({ withoutWaiting: true });
    let second: Promise<unknown> | undefined;
    const onProgress = () => {
      second ??= applyToStore(rig, next, { mode: 'read-only', switching, runId: 'run-2' }).catch((error) => error);
    };

    const report = await applyToStore(rig, next, { mode: 'read-only', switching, onProgress });

    expect(await second).toMatchObject({ code: 'LEASE_HELD' });
    expect([report.tally.done, replica.state.isReadOnly]).toEqual([3, false]);
  });

  test('does nothing for a plan that has expired, not even switch', async () => {
    const replica = createStoreReplica(store.world);
    const switching = switched(replica);
    const next = await plan();
    const header = { ...next.header, expiresAtMs: next.header.madeAtMs };
    const refuse = async () => {
      throw new Error('it was switched');
    };
    const refusing = { ...switching, readOnly: { ...switching.readOnly, switchOn: refuse } };

    const applied = applyToStore(storeRig(store), { ...next, header }, { mode: 'read-only', switching: refusing });

    await expect(applied).rejects.toMatchObject({ code: 'PLAN_EXPIRED' });
  });
});

test('a run that is stopped before it began does nothing, and says so of every action', async () => {
  const report = await applyToStore(storeRig(store), await plan(), {
    signal: AbortSignal.abort(new Error('no')),
  }).catch((error: Error) => error.message);

  expect(report).toBe('no');
});

test('a run that is stopped in the middle leaves the rest to the next', async () => {
  const stop = new AbortController();
  const manifests = [`app@${old.digest}`];
  const next = await plan({ manifests });
  const report = await applyToStore(storeRig(store), next, { signal: stop.signal, onProgress: () => stop.abort() });

  expect(report).toMatchObject({ stopped: true, tally: { done: 1 } });
  expect(report.tally.done + report.tally.skipped).toBe(next.actions.length);
  expect(brokenTags(store.world)).toEqual([]);
});

test('links and manifests of a plan from a file are removed by a mark of now', async () => {
  const next = await plan({ manifests: [`app@${old.digest}`] });
  const late = { ...next, mark: undefined };
  store.world.clock.forward(HOUR);
  const layer = old.layers[1] as Digest;
  putManifestBytes(store.world, 'app', imageManifest(part(kept.config), [part(layer)]), ['v2']);

  const report = await applyToStore(storeRig(store), late);

  expect(report.undone.map(({ action }) => action.target.key)).toEqual([layer]);
  expect(brokenTags(store.world)).toEqual([]);
});

/** A world of the same content each time, and the way through it to the end. */
describe('a run that dies at any step', () => {
  const twoServers = (world: MemoryStore) => {
    const replicas = [1, 2].map((n) => createStoreReplica(world.world, { host: `r${n}.test`, cache: 'in-memory' }));
    return { ...storeRig(world, { cache: silentCache('in-memory') }), replicas };
  };
  const rigs: readonly [string, (world: MemoryStore) => StoreRig][] = [
    ['without a cache', (world) => storeRig(world)],
    ['through two servers with caches of their own', twoServers],
  ];

  function freshWorld(): MemoryStore {
    const fresh = createMemoryStore();
    pushStoreImage(fresh.world, 'app', { tags: ['v1'], layers: ['base', 'code'] });
    for (const text of ['first', 'second']) linkBlob(fresh.world, 'tool', uploadBlob(fresh.world, 'app', text));
    fresh.world.clock.forward(30 * 24 * HOUR);
    return fresh;
  }

  async function goOn(rig: StoreRig, world: MemoryStore, from: number, runs: number): Promise<void> {
    for (let run = from; run < from + runs; run += 1) {
      const options = { id: `run-${run}`, blobs: [...world.world.blobs.keys()] };
      const next = await planSimply(world, { ...options, graceMs: timing.graceMs, holdMs: timing.holdMs });
      await applyToStore(rig, next, { timing });
      expect(brokenTags(world.world)).toEqual([]);
      world.world.clock.forward(50 * HOUR);
    }
  }

  async function dying(rig: StoreRig, world: MemoryStore, at: number, run: number) {
    const death = dieAt(at);
    const mortal = {
      ...rig,
      store: mortalStore(world, death),
      journal: mortalJournal(rig.journal, death),
      replicas: rig.replicas.map((one) => mortalRegistry(one, death)),
    };
    const options = { id: `run-${run}`, blobs: [...world.world.blobs.keys()] };
    const next = await planSimply(world, { ...options, graceMs: timing.graceMs, holdMs: timing.holdMs });
    await applyToStore(mortal, next, { timing }).catch((error: { code?: string }) =>
      expect(error.code).toBe('JOURNAL_NOT_WRITABLE'),
    );
    return death;
  }

  test.each(rigs)('reaches the same end afterwards: %s', async (_, make) => {
    const whole = freshWorld();
    await goOn(make(whole), whole, 1, 3);
    const end = storePicture(whole.world);
    let deaths = 0;

    for (const deadRun of [1, 2, 3])
      for (let at = 1; ; at += 1) {
        const world = freshWorld();
        const rig = make(world);
        await goOn(rig, world, 1, deadRun - 1);
        const death = await dying(rig, world, at, deadRun);
        if (!death.isDead) break;
        deaths += 1;
        expect(brokenTags(world.world)).toEqual([]);
        world.world.clock.forward(50 * HOUR);
        await goOn(rig, world, deadRun + 1, 5);
        expect([death.at, storePicture(world.world)]).toEqual([death.at, end]);
      }

    expect(deaths).toBeGreaterThan(40);
  });

  test.each(rigs)('can be undone: %s', async (_, make) => {
    const before = storePicture(freshWorld().world);
    let deaths = 0;
    for (let at = 1; ; at += 1) {
      const world = freshWorld();
      const rig = make(world);
      const death = await dying(rig, world, at, 1);
      if (!death.isDead) break;
      deaths += 1;
      // Before its first line there is nothing to undo.
      if (death.at !== 'before append' || at > 1) expect((await undoOnStore(rig)).problems).toEqual([]);
      expect([death.at, storePicture(world.world)]).toEqual([death.at, before]);
    }
    expect(deaths).toBeGreaterThan(10);
  });

  test.each(rigs)('heals a push that counted on links it was removing: %s', async (_, make) => {
    let deaths = 0;
    for (let at = 1; ; at += 1) {
      const world = freshWorld();
      const rig = make(world);
      const death = await dying(rig, world, at, 1);
      if (!death.isDead) break;
      deaths += 1;
      // The push was verified while the link was there, and writes its manifest now.
      const config = uploadBlob(world.world, 'app', '{"a new":"config"}');
      const layer = [...world.world.blobs].find(([, { bytes }]) => String(bytes) === 'first')?.[0] as Digest;
      putManifestBytes(world.world, 'app', imageManifest(part(config), [part(layer)]), ['v2']);
      await goOn(rig, world, 2, 3);
      expect([death.at, world.world.blobs.has(layer)]).toEqual([death.at, true]);
    }
    expect(deaths).toBeGreaterThan(10);
  });

  test('leaves no server behind that still promises what it was removing, even without its journal', async () => {
    for (let at = 1; ; at += 1) {
      const world = freshWorld();
      const rig = twoServers(world);
      const { replicas } = rig;
      const all = [...world.world.blobs.keys()];
      for (const replica of replicas) for (const digest of all) replica.head('app', digest);
      const death = await dying(rig, world, at, 1);
      if (!death.isDead) break;
      await rig.journal.forget('run-1');
      world.world.clock.forward(50 * HOUR);
      await goOn(rig, world, 2, 5);
      const promised = all.filter((digest) => replicas.some((replica) => replica.head('app', digest)));
      expect([death.at, promised.filter((digest) => !world.world.blobs.has(digest))]).toEqual([death.at, []]);
    }
  });
});

function part(digest: Digest) {
  return { digest, sizeBytes: 1 };
}
