import { expect, test } from 'vitest';
import { type DiskStore, diskStore, diskTiming, planDisk, smallWorld } from '../../test/support/disk-store.ts';
import { runReport } from '../../test/support/report-examples.ts';
import { applyToStore, storeRig } from '../../test/support/store-rig.ts';
import { image, type StoreWorld } from '../../test/support/store-world/index.ts';
import type { Damage } from '../graph/damage-kinds.ts';
import { hasBroken, type RunCheck } from '../report/fsck/run-check.ts';
import type { Store } from '../systems/store/contract.ts';
import { CodedError } from '../util/pure/coded-error.ts';
import { checkedRun } from './checked-run.ts';
import { freshMarks } from './fresh-mark.ts';

const never = new AbortController().signal;

interface Meanwhile {
  readonly world?: StoreWorld;
  /** Before anything is looked at. */
  readonly before?: (disk: DiskStore) => void;
  readonly run?: (disk: DiskStore) => void;
  /** In each pause between two looks. */
  readonly pause?: (disk: DiskStore) => void;
  readonly signal?: AbortSignal;
  /** What could not be looked at before, and after. */
  readonly gaps?: readonly [string, string];
}

/** What the check said, in words, and how often it looked a second time. */
async function checked({ world, before, run, pause, gaps, signal = never }: Meanwhile) {
  const disk = await diskStore(world);
  const { built } = disk;
  let cause = gaps?.[0];
  const store = withGap(disk.store, () => cause);
  before?.(disk);
  let pauses = 0;
  const wait = async (_: number, stop: AbortSignal) => {
    stop.throwIfAborted();
    pauses += 1;
    pause?.(disk);
  };
  const work = async () => {
    run?.(disk);
    cause = gaps?.[1];
    return runReport([]);
  };
  const report = await checkedRun({ store, survey: {}, nowMs: Date.now, pauseMs: 3000, wait }, work, signal);
  const check = report.check as RunCheck;
  const words = (damage: readonly Damage[]) =>
    damage.map(({ kind, repository, what }) => `${kind} ${repository} ${built.nameOf(what)}`);
  return {
    ...{ before: words(check.before), appeared: words(check.appeared), healed: words(check.healed) },
    ...{ unseen: check.unseen.length, notLooked: check.notLooked, broken: hasBroken(check), pauses },
  };
}

function withGap(store: Store, cause: () => string | undefined): Store {
  return {
    ...store,
    source: (options) => {
      const source = store.source(options);
      const survey: typeof source.survey = async (sink, signal) => {
        await source.survey(sink, signal);
        const odd = cause();
        if (odd !== undefined)
          sink.gap({ scope: `${store.name}/odd`, hides: 'references', source: 'a test', cause: odd });
      };
      return { ...source, survey };
    },
  };
}

const nothing = { before: [], appeared: [], healed: [], unseen: 0, notLooked: undefined, broken: false, pauses: 0 };

const unlinkCode = ({ built }: DiskStore) => built.remove(built.layerLink('app', 'code'));
const linkCode = ({ built }: DiskStore) => built.write(built.layerLink('app', 'code'), built.digest('code'));

test('around a run on a whole storage that leaves it whole one look each is enough', async () => {
  expect(await checked({})).toEqual(nothing);
});

test('what was broken before is told, and is neither new nor in the way of the run', async () => {
  expect(await checked({ before: unlinkCode })).toEqual({ ...nothing, before: ['link-missing app code'], pauses: 1 });
});

test('what is broken since is new, in two looks', async () => {
  const found = await checked({
    before: unlinkCode,
    run: ({ built }) => {
      built.remove(built.data('base'));
    },
  });

  expect(found).toEqual({
    ...nothing,
    before: ['link-missing app code'],
    appeared: ['blob-without-data app base', 'blob-without-data tool base'],
    ...{ broken: true, pauses: 2 },
  });
});

test('a push that is under way while it is looked is no damage, neither before nor after', async () => {
  expect(await checked({ before: unlinkCode, pause: linkCode })).toEqual({ ...nothing, pauses: 1 });
  expect(await checked({ run: unlinkCode, pause: linkCode })).toEqual({ ...nothing, pauses: 1 });
});

test('what is only there in the second look is no damage: it has only just come', async () => {
  const unlinkOther = ({ built }: DiskStore) => built.remove(built.layerLink('tool', 'other'));
  const found = await checked({ run: unlinkCode, pause: unlinkOther });

  expect(found).toMatchObject({ appeared: ['link-missing app code'], pauses: 1 });
});

test('what the run has put right is told', async () => {
  const found = await checked({ before: unlinkCode, run: linkCode });

  expect(found).toEqual({
    ...nothing,
    before: ['link-missing app code'],
    healed: ['link-missing app code'],
    pauses: 1,
  });
});

test('a link that was not asked for while the data was missing is not new; data that goes where only a link was missing is', async () => {
  const bytesOf = ({ built }: DiskStore) => built.bytes('code');
  const gone = await checked({
    before: (disk) => {
      unlinkCode(disk);
      disk.built.remove(disk.built.data('code'));
    },
    run: (disk) => disk.built.write(disk.built.data('code'), bytesOf(disk)),
  });
  expect(gone).toMatchObject({ before: ['blob-without-data app code'], appeared: [], healed: [], pauses: 1 });

  const worse = await checked({
    before: unlinkCode,
    run: ({ built }) => {
      built.remove(built.data('code'));
    },
  });
  expect(worse).toMatchObject({ appeared: ['blob-without-data app code'], healed: [], broken: true });
});

test('a new warning is told, and is nothing broken', async () => {
  const found = await checked({ run: ({ built }) => built.write(built.layerLink('app', 'first'), '') });

  expect(found).toMatchObject({ appeared: ['link-idle app first'], broken: false });
});

test('layers that lie elsewhere are missed neither before nor after, and nobody looks twice for them', async () => {
  const manifests = { A: image(['x', 'far'], { foreign: ['far'] }) };
  const world: StoreWorld = { manifests, repositories: { app: { tags: { v1: 'A' } } } };

  expect(await checked({ world })).toEqual(nothing);
});

test('what could be looked at before, and can not be now, is told', async () => {
  expect(await checked({ gaps: ['it is odd', 'it is odd'] })).toEqual(nothing);
  expect(await checked({ gaps: ['it is odd', 'it is new'] })).toEqual({ ...nothing, unseen: 1 });
});

test('where the storage can not be read after the run the report is not lost', async () => {
  const found = await checked({
    before: unlinkCode,
    run: ({ built }) => {
      built.remove(`${built.root}/blobs`);
      built.write(`${built.root}/blobs/sha256`, 'a file where a folder should be');
    },
  });

  expect(found).toMatchObject({ before: ['link-missing app code'], appeared: [], broken: false });
  expect(found.notLooked).toContain('blobs');
});

test('a stop in the second look costs that look, and one in the first the run', async () => {
  const stop = new AbortController();
  const stopped = await checked({ run: () => stop.abort(new Error('stop')), signal: stop.signal });
  expect(stopped).toEqual({ ...nothing, notLooked: 'it was stopped' });

  let ran = false;
  const run = () => {
    ran = true;
  };
  await expect(checked({ run, signal: AbortSignal.abort(new Error('stop')) })).rejects.toThrow('stop');
  expect(ran).toBe(false);
});

test('a run that fails fails as it would without a check', async () => {
  const run = () => {
    throw new CodedError('LEASE_LOST', 'working: it was lost');
  };
  await expect(checked({ run })).rejects.toMatchObject({ code: 'LEASE_LOST' });
});

test('a run on a storage is checked under its lock, and what it does itself is never damage', async () => {
  const { built, store } = await diskStore({ ...smallWorld, orphans: ['nobody'] });
  built.remove(built.layerLink('app', 'code'));
  const rig = storeRig(store);
  const plan = await planDisk(store, 'run-1');
  const waits: number[] = [];
  rig.wait = async (ms) => {
    waits.push(ms);
    if (ms === 3000) await expect(store.lock('another', never)).rejects.toMatchObject({ code: 'LEASE_HELD' });
  };

  const { check, tally } = await applyToStore(rig, plan, {
    ...{ check: { survey: {}, pauseMs: 3000 }, timing: diskTiming, nowMs: Date.now },
    freshMarks: freshMarks(store, {}, Date.now),
  });

  expect(waits).toContain(3000);
  expect(tally.done).toBeGreaterThan(0);
  expect(check).toMatchObject({ before: [{ kind: 'link-missing' }], appeared: [], healed: [], unseen: [] });
});

test('nothing is done where the storage can not be looked at before', async () => {
  const { built, store } = await diskStore();
  const plan = await planDisk(store, 'run-1');
  const rig = storeRig(store);
  built.remove(`${built.root}/blobs`);
  built.write(`${built.root}/blobs/sha256`, 'a file where a folder should be');

  const applied = applyToStore(rig, plan, { check: { survey: {}, pauseMs: 0 } });

  await expect(applied).rejects.toMatchObject({ code: 'STORE_WALK_FAILED' });
  expect(await rig.journal.runs()).toEqual([]);
});
