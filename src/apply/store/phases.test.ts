import { beforeEach, describe, expect, test } from 'vitest';
import { createMemoryStore, type MemoryStore } from '../../../test/support/memory-store.ts';
import {
  brokenTags,
  indexManifest,
  linkBlob,
  type PushedImage,
  pushStoreImage,
  putManifestBytes,
  storePicture,
  uploadBlob,
} from '../../../test/support/memory-store-world.ts';
import { createStoreReplica, type StoreReplica } from '../../../test/support/store-replica.ts';
import {
  applyToStore,
  markSimply,
  noTiming,
  planSimply,
  type SimplePlanOptions,
  type StoreRig,
  silentCache,
  storeRig,
  undoOnStore,
} from '../../../test/support/store-rig.ts';
import type { Digest } from '../../oci/digest.ts';
import { memoryLeases } from '../../systems/lease/memory/memory-leases.ts';
import type { Store } from '../../systems/store/contract.ts';
import { CodedError } from '../../util/pure/coded-error.ts';
import type { Outcome } from '../outcome.ts';

const HOUR = 3_600_000;
const timing = { graceMs: 24 * HOUR, settleMs: 1000, holdMs: 48 * HOUR, marginMs: 10 };

let store: MemoryStore;
let kept: PushedImage;
let garbage: Digest;
let shared: Digest;

/** Repository `app` has an image and a layer that nobody needs; `tool` has the same layer. */
beforeEach(() => {
  store = createMemoryStore();
  kept = pushStoreImage(store.world, 'app', { tags: ['v1'], layers: ['base', 'code'] });
  garbage = uploadBlob(store.world, 'app', 'nobody needs this');
  shared = uploadBlob(store.world, 'app', 'nor this');
  linkBlob(store.world, 'tool', shared);
  store.world.clock.forward(30 * 24 * HOUR);
});

const plan = (options: Partial<SimplePlanOptions> = {}) =>
  planSimply(store, { blobs: [...store.world.blobs.keys()], ...options });
const stateOf = (digest: Digest): string => {
  if (store.world.quarantine.has(digest)) return 'hidden';
  const noted = store.world.notes.has(digest) ? 'unlinked' : 'live';
  return store.world.blobs.has(digest) ? noted : 'gone';
};
const linked = (digest: Digest) =>
  [...store.world.repositories].filter(([, { layers }]) => layers.has(digest)).map(([name]) => name);
const outcomes = (undone: readonly { readonly outcome: Outcome }[]) =>
  undone.map(({ outcome }) => (outcome.result === 'skipped' ? outcome.guard : outcome.result));

describe('a blob that nothing needs', () => {
  test('loses its links, then its place, then is gone, a run each, and nothing else is touched', async () => {
    const rig = storeRig(store);
    const states: string[] = [];
    for (const id of ['run-1', 'run-2', 'run-3']) {
      const next = await plan({ id, graceMs: timing.graceMs, holdMs: timing.holdMs });
      await applyToStore(rig, next, { timing });
      states.push(stateOf(garbage));
      store.world.clock.forward(50 * HOUR);
    }

    expect(states).toEqual(['unlinked', 'hidden', 'gone']);
    expect([linked(garbage), linked(shared)]).toEqual([[], []]);
    expect([...store.world.notes]).toEqual([]);
    expect(brokenTags(store.world)).toEqual([]);
    expect([...store.world.blobs.keys()].sort()).toEqual([kept.digest, kept.config, ...kept.layers].sort());
  });

  test('goes all the way in one run where nobody can push, each step after a mark that began after the last', async () => {
    const rig = storeRig(store, { replicas: [createStoreReplica(store.world, { readOnly: true })] });
    const marksAtMs: number[] = [];
    const freshMarks = async () => {
      const mark = await markSimply(store);
      marksAtMs.push(mark.beganAtMs);
      return mark;
    };

    const next = await plan({ withoutWaiting: true });
    const report = await applyToStore(rig, next, { mode: 'read-only', freshMarks });

    expect(report.tally).toMatchObject({ done: 6, skipped: 0, failed: 0 });
    expect([stateOf(garbage), stateOf(shared)]).toEqual(['gone', 'gone']);
    expect(marksAtMs).toHaveLength(2);
    expect(brokenTags(store.world)).toEqual([]);
  });

  test('is not hidden before the grace is over, whatever the plan says', async () => {
    const rig = storeRig(store);
    await applyToStore(rig, await plan(), { timing });
    store.world.clock.forward(HOUR);

    const report = await applyToStore(rig, await plan({ id: 'run-2' }), { timing });

    expect(outcomes(report.undone)).toEqual(['too-early', 'too-early']);
    expect(stateOf(garbage)).toBe('unlinked');
  });

  test('is not purged before the hold is over, whatever the plan says', async () => {
    const rig = storeRig(store);
    await applyToStore(rig, await plan(), { timing });
    store.world.clock.forward(25 * HOUR);
    await applyToStore(rig, await plan({ id: 'run-2' }), { timing });
    store.world.clock.forward(HOUR);

    const report = await applyToStore(rig, await plan({ id: 'run-3' }), { timing });

    expect(outcomes(report.undone)).toEqual(['too-early', 'too-early']);
    expect(stateOf(garbage)).toBe('hidden');
  });
});

describe('a push between the plan and its application', () => {
  test.each<[string, () => void]>([
    ['uploads the blob again', () => void uploadBlob(store.world, 'app', 'nobody needs this')],
    ['mounts it elsewhere, into a repository that has it', () => linkBlob(store.world, 'app', garbage)],
  ])('that %s keeps it linked', async (_, push) => {
    const next = await plan();
    push();
    const report = await applyToStore(storeRig(store), next);

    expect(outcomes(report.undone)).toEqual(['in-use-again']);
    expect(stateOf(shared)).toBe('unlinked');
    expect(linked(garbage)).toEqual(['app']);
  });

  test('that names it in a manifest keeps it, though it left no other trace', async () => {
    const next = await plan();
    putManifestBytes(store.world, 'app', manifestOf(kept.config, garbage), ['v2']);
    const report = await applyToStore(storeRig(store), next);

    expect(outcomes(report.undone)).toEqual(['in-use-again']);
    expect(brokenTags(store.world)).toEqual([]);
  });

  test('that is verified just before its layer is unlinked gets the link back at once', async () => {
    const replica = createStoreReplica(store.world);
    replica.hook = once('deleteBlob', garbage, () =>
      putManifestBytes(store.world, 'app', manifestOf(kept.config, garbage), ['v2']),
    );
    const rig = storeRig(store, { replicas: [replica], cache: silentCache('in-memory') });

    const report = await applyToStore(rig, await plan());

    expect(report.broughtBack).toEqual({ blobs: 0, links: 1 });
    expect([stateOf(garbage), stateOf(shared)]).toEqual(['live', 'unlinked']);
    expect(brokenTags(store.world)).toEqual([]);
  });
});

describe('what is hidden', () => {
  const hiddenWhile = async (happens: () => void) => {
    const rig = storeRig(store, { replicas: [createStoreReplica(store.world)] });
    await applyToStore(rig, await plan(), { timing });
    store.world.clock.forward(25 * HOUR);
    let waitedMs = 0;
    rig.wait = async (ms) => {
      waitedMs += ms;
      if (waitedMs === timing.settleMs) happens();
    };
    const report = await applyToStore(rig, await plan({ id: 'run-2' }), { timing });
    expect(waitedMs).toBe(timing.settleMs);
    return report;
  };

  test('comes back when an upload that had found its data writes the link after it', async () => {
    const report = await hiddenWhile(() => linkBlob(store.world, 'app', garbage));

    expect(report.broughtBack.blobs).toBe(1);
    expect([stateOf(garbage), stateOf(shared)]).toEqual(['live', 'hidden']);
  });

  test('comes back with the links that are missing when a manifest names it after all', async () => {
    const report = await hiddenWhile(() =>
      putManifestBytes(store.world, 'app', manifestOf(kept.config, garbage), ['v2']),
    );

    expect(report.broughtBack).toEqual({ blobs: 1, links: 1 });
    expect(brokenTags(store.world)).toEqual([]);
  });

  test('was not linked again since its links went: then it is left where it is', async () => {
    const rig = storeRig(store);
    await applyToStore(rig, await plan(), { timing });
    store.world.clock.forward(25 * HOUR);
    const next = await plan({ id: 'run-2' });
    linkBlob(store.world, 'app', garbage);

    const report = await applyToStore(rig, next, { timing });

    expect(outcomes(report.undone)).toEqual(['in-use-again']);
    expect(report.broughtBack).toEqual({ blobs: 0, links: 0 });
  });

  test('is looked at once more even when the run is stopped while it waits', async () => {
    const stop = new AbortController();
    const rig = storeRig(store);
    await applyToStore(rig, await plan(), { timing });
    store.world.clock.forward(25 * HOUR);
    rig.wait = async () => {
      putManifestBytes(store.world, 'app', manifestOf(kept.config, garbage), ['v2']);
      stop.abort(new Error('stopped by the test'));
      throw stop.signal.reason;
    };

    const report = await applyToStore(rig, await plan({ id: 'run-2' }), { timing, signal: stop.signal });

    expect(report.stopped).toBe(true);
    expect(brokenTags(store.world)).toEqual([]);
  });

  test('is restored by a plan once a manifest needs it, with what that manifest needs besides', async () => {
    const image = pushStoreImage(store.world, 'old', { layers: ['old layer'], label: 'old' });
    store.world.clock.forward(HOUR);
    const rig = storeRig(store);
    const parts = [image.digest, image.config, ...image.layers];
    const manifests = [`old@${image.digest}`];
    await applyToStore(rig, await plan({ manifests }), { timing });
    store.world.clock.forward(25 * HOUR);
    await applyToStore(rig, await plan({ id: 'run-2' }), { timing });
    expect(parts.map(stateOf)).toEqual(['hidden', 'hidden', 'hidden']);
    store.world.repository('old').revisions.set(image.digest, store.world.clock.now());
    store.world.repository('old').tags.set('v1', { current: image.digest, history: new Map() });

    await applyToStore(rig, await plan({ id: 'run-3' }), { timing });

    expect(parts.map(stateOf)).toEqual(['live', 'live', 'live']);
    expect(brokenTags(store.world)).toEqual([]);
  });

  test.each<[string, () => void]>([
    ['a repository has a link to it', () => linkBlob(store.world, 'app', garbage)],
    ['a manifest names it', () => void putManifestBytes(store.world, 'app', manifestOf(kept.config, garbage), ['v2'])],
  ])('is not purged when %s', async (_, happens) => {
    const rig = storeRig(store);
    await applyToStore(rig, await plan(), { timing });
    store.world.clock.forward(25 * HOUR);
    await applyToStore(rig, await plan({ id: 'run-2' }), { timing });
    store.world.clock.forward(50 * HOUR);
    const next = await plan({ id: 'run-3' });
    happens();

    const report = await applyToStore(rig, next, { timing });

    expect(outcomes(report.undone)).toEqual(['in-use-again']);
    expect([stateOf(garbage), stateOf(shared)]).toEqual(['hidden', 'gone']);
  });
});

describe('through the servers', () => {
  const rigWith = (...replicas: readonly StoreReplica[]) =>
    storeRig(store, { replicas, cache: silentCache('in-memory') });

  test('every one is told, and asked afterwards', async () => {
    const replicas = [1, 2].map((n) => createStoreReplica(store.world, { host: `r${n}.test`, cache: 'in-memory' }));
    for (const replica of replicas) expect(replica.head('app', garbage)).toBe(true);

    const report = await applyToStore(rigWith(...replicas), await plan());

    expect(report.tally).toMatchObject({ done: 2, skipped: 0 });
    expect(replicas.map((replica) => replica.head('app', garbage))).toEqual([false, false]);
  });

  test('a blob that a HEAD puts into a cache again is deleted again', async () => {
    const replica = createStoreReplica(store.world, { cache: 'in-memory' });
    replica.hook = once('blobSize', garbage, () => {
      linkBlob(store.world, 'app', garbage);
      replica.head('app', garbage);
    });

    await applyToStore(rigWith(replica), await plan());

    expect(replica.calls.filter((call) => call === `deleteBlob app ${garbage}`)).toHaveLength(2);
    expect([stateOf(garbage), replica.head('app', garbage)]).toEqual(['unlinked', false]);
  });

  test('a blob that a server goes on serving is left, and not hidden later either', async () => {
    const replica = createStoreReplica(store.world);
    const stubborn = {
      ...replica,
      blobSize: async (_: string, digest: Digest) => (digest === garbage ? 17 : undefined),
    };
    const rig = rigWith(stubborn);

    const first = await applyToStore(rig, await plan(), { timing });
    store.world.clock.forward(25 * HOUR);
    const second = await applyToStore(rig, await plan({ id: 'run-2' }), { timing });

    expect([outcomes(first.undone), outcomes(second.undone)]).toEqual([['still-served'], ['still-served']]);
    expect([store.world.blobs.has(garbage), stateOf(shared)]).toEqual([true, 'hidden']);
  });

  test('none goes on promising what a dead run took from one repository, when another needs it again', async () => {
    const replicas = [1, 2].map((n) => createStoreReplica(store.world, { host: `r${n}.test`, cache: 'in-memory' }));
    for (const replica of replicas) expect(replica.head('tool', shared)).toBe(true);
    // It had told the first server when it died; the second still remembers.
    await store.noteUnlinked('run-0.begun', [shared], store.world.clock.now());
    await replicas[0]?.deleteBlob('tool', shared, new AbortController().signal);
    putManifestBytes(store.world, 'app', manifestOf(kept.config, shared), ['v2']);

    await applyToStore(rigWith(...replicas), await plan());

    expect(replicas.map((replica) => replica.head('tool', shared))).toEqual([false, false]);
    expect([stateOf(shared), linked(shared)]).toEqual(['live', ['app']]);
  });

  test('one that can not be told leaves its blob noted, until a run has told it', async () => {
    const replicas = [1, 2].map((n) => createStoreReplica(store.world, { host: `r${n}.test`, cache: 'in-memory' }));
    const [, deaf] = replicas as [StoreReplica, StoreReplica];
    deaf.head('tool', shared);
    deaf.hook = (verb, repository, digest) => {
      if (verb !== 'deleteBlob' || repository !== 'tool' || digest !== shared) return;
      putManifestBytes(store.world, 'app', manifestOf(kept.config, shared), ['v2']);
      throw new Error('the server went away');
    };
    await applyToStore(rigWith(...replicas), await plan());
    expect([linked(shared), deaf.head('tool', shared)]).toEqual([['app'], true]);
    expect(stateOf(shared)).toBe('unlinked');
    deaf.hook = () => undefined;

    await applyToStore(rigWith(...replicas), await plan({ id: 'run-2' }));

    expect(deaf.head('tool', shared)).toBe(false);
    expect([stateOf(shared), linked(shared)]).toEqual(['live', ['app']]);
    expect(brokenTags(store.world)).toEqual([]);
  });

  test('one that fails fails for its blob alone', async () => {
    const replica = createStoreReplica(store.world);
    replica.hook = once('deleteBlob', garbage, () => {
      throw new Error('the server went away');
    });

    const report = await applyToStore(rigWith(replica), await plan());

    expect(report.tally).toMatchObject({ done: 1, failed: 1 });
    expect(report.undone[0]?.outcome).toMatchObject({ why: 'the server went away' });
  });

  test('an empty link goes on the disk, since servers stumble over it', async () => {
    store.world.repository('app').layers.set(garbage, { target: garbage, atMs: 1, isWhole: false });
    const replica = createStoreReplica(store.world);
    await applyToStore(rigWith(replica), await plan());

    expect(replica.calls.filter((call) => call.startsWith(`deleteBlob app ${garbage}`))).toEqual([]);
    expect(stateOf(garbage)).toBe('unlinked');
  });

  test('a manifest is not hidden while a server may remember it', async () => {
    const image = pushStoreImage(store.world, 'old', { layers: ['old layer'], label: 'old' });
    store.world.clock.forward(HOUR);
    const rig = rigWith(createStoreReplica(store.world));
    await applyToStore(rig, await plan({ manifests: [`old@${image.digest}`] }), { timing });
    store.world.clock.forward(25 * HOUR);

    const report = await applyToStore(rig, await plan({ id: 'run-2' }), { timing });

    expect(outcomes(report.undone)).toEqual(['cached-manifest']);
    expect(stateOf(image.layers[0] as Digest)).toBe('hidden');
  });

  test('a shared cache is told of every link and of every blob', async () => {
    const cache = silentCache('redis');
    const rig = storeRig(store, { replicas: [createStoreReplica(store.world)], cache });
    await applyToStore(rig, await plan());
    await applyToStore(rig, await plan({ id: 'run-2' }));

    expect(new Set(cache.forgotten)).toEqual(
      new Set([
        `link app ${garbage}`,
        `link app ${shared}`,
        `link tool ${shared}`,
        `blob ${garbage}`,
        `blob ${shared}`,
      ]),
    );
  });
});

describe('an untagged manifest', () => {
  let image: PushedImage;
  beforeEach(() => {
    image = pushStoreImage(store.world, 'old', { layers: ['old layer'], label: 'old' });
    store.world.clock.forward(HOUR);
  });
  const old = () => plan({ manifests: [`old@${image.digest}`] });

  test.each([
    ['through the servers', 'in-memory'],
    ['on the disk', 'none'],
  ] as const)('goes %s, and its blobs with it', async (_, kind) => {
    const rig = storeRig(store, { replicas: [createStoreReplica(store.world)], cache: silentCache(kind) });
    const report = await applyToStore(rig, await old());

    expect(report.tally).toMatchObject({ skipped: 0, failed: 0 });
    expect(store.world.repository('old').revisions.size).toBe(0);
    expect(image.layers.map(stateOf)).toEqual(['unlinked']);
  });

  test.each([
    ['through the servers', 'in-memory'],
    ['on the disk', 'none'],
  ] as const)('that got a tag since stays, and all its blobs: %s', async (_, kind) => {
    const next = await old();
    const bytes = store.world.blobs.get(image.digest)?.bytes as Buffer;
    putManifestBytes(store.world, 'old', bytes, ['rescued']);
    const rig = storeRig(store, { replicas: [createStoreReplica(store.world)], cache: silentCache(kind) });

    const report = await applyToStore(rig, next);

    expect(outcomes(report.undone)).toContain('in-use-again');
    expect(store.world.repository('old').revisions.has(image.digest)).toBe(true);
    expect([image.digest, image.config, ...image.layers].map(stateOf)).toEqual(['live', 'live', 'live']);
    expect(brokenTags(store.world)).toEqual([]);
  });

  test('that could not be deleted keeps blobs whose links went earlier', async () => {
    const failing = { ...store, remove: () => Promise.reject(new Error('the disk went away')) };
    const rig = storeRig(failing, { replicas: [createStoreReplica(store.world)], cache: silentCache('redis') });
    const layer = image.layers[0] as Digest;
    store.world.notes.set(layer, { runId: 'run-0', atMs: store.world.clock.now() });
    store.world.repository('old').layers.delete(layer);
    store.world.clock.forward(HOUR);
    const next = await old();
    const hide = next.actions.length + 1;
    const sizeBytes = store.world.blobs.get(layer)?.bytes.length as number;
    const expects = { sizeBytes, notNewerThanMs: next.header.madeAtMs };
    const target = { kind: 'blob', scope: store.name, key: layer } as const;
    const action = { ...(next.actions[0] as (typeof next.actions)[number]), n: hide, do: 'hide-blob', target } as const;

    await applyToStore(rig, { ...next, actions: [...next.actions, { ...action, after: [], expects }] });

    expect(stateOf(layer)).not.toBe('hidden');
  });

  const indexOfIt = () => indexManifest([{ digest: image.digest, sizeBytes: 1 }]);
  const retag = () => {
    const { tags } = store.world.repository('old');
    tags.set('rescued', { current: image.digest, history: new Map([[image.digest, store.world.clock.now()]]) });
  };
  describe.each([
    ['through the servers', 'in-memory'],
    ['on the disk', 'none'],
  ] as const)('that went %s', (_, kind) => {
    const rigOf = (parts: Partial<Store> = {}) =>
      storeRig({ ...store, ...parts }, { replicas: [createStoreReplica(store.world)], cache: silentCache(kind) });
    /** Just after its link went: as a push does that was told before that it is there. */
    const justAfter = (happens: () => void): Partial<Store> => ({
      remove: async (target, notNewerThanMs) => {
        const outcome = await store.remove(target, notNewerThanMs);
        if (target.key === image.digest) happens();
        return outcome;
      },
    });

    test.each([
      ['an index names it', () => void putManifestBytes(store.world, 'old', indexOfIt(), ['multi'])],
      ['a tag stands for it', retag],
    ])('comes back with all its blobs when %s after all', async (_, happens) => {
      await applyToStore(rigOf(justAfter(happens)), await old());

      expect([image.digest, image.config, ...image.layers].map(stateOf)).toEqual(['live', 'live', 'live']);
      expect(brokenTags(store.world)).toEqual([]);
    });

    test('comes back when that is seen only as all has settled', async () => {
      const rig = rigOf();
      rig.wait = async () => void putManifestBytes(store.world, 'old', indexOfIt(), ['multi']);
      const report = await applyToStore(rig, await old());

      expect(brokenTags(store.world)).toEqual([]);
      expect([image.digest, image.config, ...image.layers].map(stateOf)).toEqual(['live', 'live', 'live']);
      expect(report.broughtBack.links).toBeGreaterThan(0);
    });

    test('comes back by the next run where this one dies', async () => {
      const dying = rigOf(
        justAfter(() => {
          putManifestBytes(store.world, 'old', indexOfIt(), ['multi']);
          throw new CodedError('JOURNAL_NOT_WRITABLE', 'the process died');
        }),
      );
      await expect(applyToStore(dying, await old())).rejects.toThrow('the process died');
      expect(brokenTags(store.world)).not.toEqual([]);

      const again = createMemoryStore({ world: store.world });
      await applyToStore({ ...dying, store: again, leases: memoryLeases() }, await plan({ id: 'run-2' }));

      expect(brokenTags(store.world)).toEqual([]);
      expect([image.digest, image.config, ...image.layers].map(stateOf)).toEqual(['live', 'live', 'live']);
    });
  });

  test('that a server remembers is deleted there too, though the server stumbles over its missing link', async () => {
    const replica = createStoreReplica(store.world);
    let remembers = true;
    const resolve = async () => (remembers ? { digest: image.digest, mediaType: '', sizeBytes: 1 } : undefined);
    const deleteManifest = async () => {
      remembers = false;
      throw new CodedError('REGISTRY_BAD_ANSWER', 'deleting: Path not found');
    };
    const rig = storeRig(store, {
      replicas: [{ ...replica, resolve, deleteManifest }],
      cache: silentCache('in-memory'),
    });
    const report = await applyToStore(rig, await old());

    expect(report.tally).toMatchObject({ skipped: 0, failed: 0 });
    expect([remembers, store.world.repository('old').revisions.size]).toEqual([false, 0]);
  });
});

describe('a look that fails', () => {
  test('ends the run, and nothing is hidden', async () => {
    const rig = storeRig(store);
    await applyToStore(rig, await plan(), { timing });
    store.world.clock.forward(25 * HOUR);
    const before = storePicture(store.world);
    const freshMarks = async () => {
      throw new Error('a folder could not be read');
    };

    const next = { ...(await plan({ id: 'run-2' })), mark: undefined };
    await expect(applyToStore(rig, next, { timing, freshMarks })).rejects.toThrow('could not be read');

    expect(storePicture(store.world)).toBe(before);
  });

  test('at the links of hidden data ends the run, and nothing is purged', async () => {
    const rig = storeRig(store);
    await applyToStore(rig, await plan(), { timing });
    store.world.clock.forward(25 * HOUR);
    await applyToStore(rig, await plan({ id: 'run-2' }), { timing });
    store.world.clock.forward(50 * HOUR);
    const blind = {
      ...store,
      leftovers: () => ({ name: 'blind', survey: () => Promise.reject(new Error('a folder could not be read')) }),
    };

    const next = await plan({ id: 'run-3' });
    await expect(applyToStore({ ...rig, store: blind }, next, { timing })).rejects.toThrow('could not be read');

    expect(stateOf(garbage)).toBe('hidden');
  });
});

describe('undo', () => {
  const undoable: readonly [string, () => StoreRig][] = [
    ['on the disk', () => storeRig(store)],
    [
      'through the servers',
      () => storeRig(store, { replicas: [createStoreReplica(store.world)], cache: silentCache('redis') }),
    ],
  ];
  test.each(undoable)('brings back all that a run took away: %s', async (_, make) => {
    const image = pushStoreImage(store.world, 'old', { layers: ['old layer'], label: 'old' });
    store.world.clock.forward(HOUR);
    const before = storePicture(store.world);
    const rig = make();
    await applyToStore(rig, await plan({ manifests: [`old@${image.digest}`] }));
    const between = storePicture(store.world);
    await applyToStore(rig, await plan({ id: 'run-2' }));
    expect([between === before, image.layers.map(stateOf)]).toEqual([false, ['hidden']]);

    const second = await undoOnStore(rig, 'run-2');
    const first = await undoOnStore(rig, 'run-1');

    expect([...second.problems, ...first.problems]).toEqual([]);
    expect(storePicture(store.world)).toBe(before);
    expect(brokenTags(store.world)).toEqual([]);
  });

  test('says what is gone for good', async () => {
    const rig = storeRig(store, { replicas: [createStoreReplica(store.world, { readOnly: true })] });
    await applyToStore(rig, await plan({ withoutWaiting: true }), { mode: 'read-only', timing: noTiming });

    const report = await undoOnStore(rig);

    expect(report.counts).toMatchObject({ restored: 0, impossible: 6 });
  });
});

/** Something happens at the first call of a verb for a digest. */
function once(verb: string, digest: Digest, happens: () => unknown): StoreReplica['hook'] {
  let happened = false;
  return (called, _, reference) => {
    if (happened || called !== verb || reference !== digest) return;
    happened = true;
    happens();
  };
}

function manifestOf(config: Digest, layer: Digest): Buffer {
  return Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest: config, size: 1 },
      layers: [{ mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip', digest: layer, size: 1 }],
    }),
  );
}
