import { existsSync, mkdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { freshMarks } from '../../src/flows/fresh-mark.ts';
import { fileJournal } from '../../src/systems/journal/file/file-journal.ts';
import {
  type DiskStore,
  diskStore,
  diskTiming,
  hiddenFiles,
  ledgerOf,
  missingOf,
  openDisk,
  planDisk,
  registryFiles,
  runOnDisk,
} from '../support/disk-store.ts';
import { describeMounting, runWithMounts } from '../support/own-mounts.ts';
import { digestOf } from '../support/push-image.ts';
import { bundle } from '../support/run-typescript.ts';
import { applyToStore, type StoreRig, storeRig } from '../support/store-rig.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

async function fresh(): Promise<DiskStore & { readonly rig: StoreRig }> {
  const disk = await diskStore();
  return { ...disk, rig: machine(disk) };
}

/** A machine with a state directory of its own. */
function machine({ store }: Pick<DiskStore, 'store'>): StoreRig {
  return storeRig(store, { journal: fileJournal(makeTempFolder('state')) });
}

const options = (rig: StoreRig) => ({
  freshMarks: freshMarks(rig.store, {}, Date.now),
  nowMs: Date.now,
  timing: diskTiming,
});

describe('two machines over one storage', () => {
  test('do not work on it at once: the second is told who does, and has done nothing', async () => {
    const one = await fresh();
    const other = machine({ store: await openDisk(one.built.folder) });
    const plan = await planDisk(one.store, 'run-1');
    const otherPlan = await planDisk(other.store, 'run-2');
    let second: Promise<unknown> | undefined;
    const onProgress = () => {
      second ??= applyToStore(other, otherPlan, { ...options(other), by: 'the other machine' }).catch((error) => error);
    };

    const report = await applyToStore(one.rig, plan, { ...options(one.rig), by: 'the first machine', onProgress });

    expect(await second).toMatchObject({ code: 'LEASE_HELD', message: expect.stringContaining('the first machine') });
    expect(await other.journal.runs()).toEqual([]);
    expect(report.tally).toMatchObject({ done: 2, failed: 0 });
    expect((await applyToStore(other, otherPlan, options(other))).tally).toMatchObject({ done: 0, alreadyGone: 2 });
  });
});

describeMounting('a quarantine that nothing can be renamed into', () => {
  const tmpfs = ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs'];
  const notFollowed = {
    code: 'STORE_WALK_FAILED',
    message: expect.stringContaining('something else is mounted there'),
  };
  let program: string;
  beforeAll(async () => {
    program = await bundle(join(import.meta.dirname, '../support/children/quarantine-elsewhere.ts'));
  });

  const happen = (folder: string, when: string, what: readonly string[]) => {
    const child = runWithMounts('exec "$@"', [process.execPath, program, folder, when, ...what]);
    expect(child.stderr).toBe('');
    const { came, before, after, copies, repaired } = JSON.parse(child.stdout);
    expect([after, copies]).toEqual([before, []]);
    expect(repaired).toEqual({ undone: [], gone: ['first', 'second'] });
    return came;
  };

  test.each(['before the plan', 'after the plan'])(
    'because another file system was mounted there %s ends the run: all stays in its place, and the next one goes on',
    (when) => {
      expect(happen(makeTempFolder('store'), when, tmpfs)).toEqual(notFollowed);
    },
  );

  test('is refused by the file system itself where it is mounted twice: everything stays in its place, and nothing is copied', () => {
    const folder = makeTempFolder('store');

    const came = happen(folder, 'before the plan', ['--bind', join(folder, '.winnow', 'quarantine')]);

    const failed = expect.objectContaining({ result: 'failed', code: 'STORE_QUARANTINE_ELSEWHERE' });
    expect(came).toEqual([failed, failed]);
  });
});

describe('a quarantine', () => {
  test('behind a symbolic link is not followed', async () => {
    const one = await fresh();
    const elsewhere = makeTempFolder('elsewhere', '/dev/shm');
    symlinkSync(elsewhere, join(one.built.folder, '.winnow'));
    const before = registryFiles(one);

    await expect(
      planDisk(one.store, 'run-1').then((plan) => applyToStore(one.rig, plan, options(one.rig))),
    ).rejects.toThrow(/symbolic link/);

    expect(registryFiles(one)).toEqual(before);
  });
});

describe('a storage that changes while a run is at work', () => {
  test('so that it can not be read any more ends the run before anything is hidden', async () => {
    const one = await fresh();
    await runOnDisk(one.rig, 1, 1);
    const plan = { ...(await planDisk(one.store, 'run-2')), mark: undefined };
    const tool = one.built.repository('tool');
    renameSync(join(tool, '_manifests'), join(tool, '_elsewhere'));
    symlinkSync(join(tool, '_elsewhere'), join(tool, '_manifests'));
    const before = registryFiles(one);

    await expect(applyToStore(one.rig, plan, options(one.rig))).rejects.toMatchObject({ code: 'STORE_WALK_FAILED' });

    expect([registryFiles(one), hiddenFiles(one)]).toEqual([before, []]);
  });

  test('by an upload of what is to be unlinked: the new link stays', async () => {
    const one = await fresh();
    const plan = await planDisk(one.store, 'run-1');
    const link = one.built.layerLink('app', 'first');
    one.built.write(link, one.built.digest('first'), Date.now());

    const report = await applyToStore(one.rig, plan, options(one.rig));

    expect(report.undone.map(({ outcome }) => outcome)).toMatchObject([{ guard: 'in-use-again' }]);
    expect([existsSync(link), existsSync(one.built.layerLink('app', 'second'))]).toEqual([true, false]);
  });

  test('by an upload that had found the data just before it was hidden: it is back before the run ends', async () => {
    const one = await fresh();
    await runOnDisk(one.rig, 1, 1);
    const plan = await planDisk(one.store, 'run-2');
    const link = one.built.layerLink('tool', 'first');
    const rig = { ...one.rig, wait: async () => one.built.write(link, one.built.digest('first'), Date.now()) };

    const report = await applyToStore(rig, plan, options(rig));

    expect(report.broughtBack).toEqual({ blobs: 1, links: 0 });
    expect([existsSync(one.built.data('first')), existsSync(one.built.data('second'))]).toEqual([true, false]);
  });

  test('by a push that names hidden layers: they are back, with their links, before the run ends', async () => {
    const one = await fresh();
    await runOnDisk(one.rig, 1, 1);
    const plan = await planDisk(one.store, 'run-2');
    const manifest = readFileSync(one.built.data('A'), 'utf8').replace(
      one.built.digest('code'),
      one.built.digest('first'),
    );
    const rig = {
      ...one.rig,
      wait: async () => {
        pushByHand(one, 'app', manifest);
      },
    };

    const report = await applyToStore(rig, plan, { ...options(rig), timing: { ...diskTiming, settleMs: 1 } });

    expect(report.broughtBack).toEqual({ blobs: 1, links: 1 });
    expect(missingOf(one, 'app', ['A.config', 'base', 'first'])).toEqual([]);
    expect(existsSync(one.built.data('second'))).toBe(false);
  });
});

test('a ledger that was cut in mid-write tells what it had told before', async () => {
  const one = await fresh();
  await runOnDisk(one.rig, 1, 1);
  const path = join(one.built.folder, '.winnow', 'ledger.ndjson');
  writeFileSync(path, `${ledgerOf(one)}{"unlinked":["sha256:`);

  await runOnDisk({ ...one.rig, store: await openDisk(one.built.folder) }, 2, 2);

  expect(existsSync(one.built.data('first'))).toBe(false);
  expect(hiddenFiles(one)).toEqual([]);
  expect(missingOf(one, 'app', ['A.config', 'base', 'code'])).toEqual([]);
});

/** What a registry writes when a manifest is pushed whose parts it takes for there. */
function pushByHand({ built }: DiskStore, repository: string, manifest: string): void {
  const digest = digestOf(manifest);
  const hex = digest.slice('sha256:'.length);
  const folder = join(built.root, 'blobs', 'sha256', hex.slice(0, 2), hex);
  mkdirSync(folder, { recursive: true });
  built.write(join(folder, 'data'), manifest, Date.now());
  const manifests = join(built.repository(repository), '_manifests');
  for (const path of [`revisions/sha256/${hex}`, `tags/v2/index/sha256/${hex}`, 'tags/v2/current'])
    built.write(join(manifests, path, 'link'), digest, Date.now());
}
