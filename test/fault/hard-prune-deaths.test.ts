import { describe, expect, test } from 'vitest';
import { freshMarks } from '../../src/flows/fresh-mark.ts';
import type { HardPrunePolicy } from '../../src/policy/hard-prune.ts';
import { fileJournal } from '../../src/systems/journal/file/file-journal.ts';
import { dieAt, mortalJournal, mortalStore } from '../support/crashing.ts';
import {
  type DiskStore,
  diskStore,
  diskTiming,
  hiddenFiles,
  missingOf,
  planDisk,
  registryFiles,
  runOnDisk,
  smallWorld,
} from '../support/disk-store.ts';
import { applyToStore, type StoreRig, storeRig, undoOnStore } from '../support/store-rig.ts';
import { index, image as manifest, type StoreWorld } from '../support/store-world/index.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

/*
 * A storage of files, and a run on it that dies at every step there is, one after the other: before and after each line of its journal
 * and each change of the storage.
 */

const image = ['A.config', 'base', 'code'];

/** Also manifests without a tag, and one of each kind of what only lies about. */
const fullWorld: StoreWorld = {
  manifests: { A: manifest(['base', 'code']), U: manifest(['base', 'first']), I: index(['A', 'U']) },
  repositories: {
    app: { tags: { v1: 'A' }, untagged: ['U', 'I'], layers: ['gone'], uploads: { 'an-upload': {} } },
    empty: {},
  },
  missing: ['gone'],
};

const worlds: readonly (readonly [name: string, world: StoreWorld, policy: Partial<HardPrunePolicy>])[] = [
  ['with blobs that nobody needs', smallWorld, {}],
  ['with untagged manifests, and with all that only lies about', fullWorld, { deleteUntagged: true }],
];

async function fresh(world = smallWorld): Promise<DiskStore & { readonly rig: StoreRig }> {
  const disk = await diskStore(world);
  return { ...disk, rig: storeRig(disk.store, { journal: fileJournal(makeTempFolder('state')) }) };
}

async function dying(rig: StoreRig, at: number, run: number, policy: Partial<HardPrunePolicy> = {}) {
  const { store } = rig;
  const death = dieAt(at);
  const plan = await planDisk(store, `run-${run}`, policy);
  const mortal = { ...rig, store: mortalStore(store, death), journal: mortalJournal(rig.journal, death) };
  const options = { freshMarks: freshMarks(store, {}, Date.now), nowMs: Date.now, timing: diskTiming };
  await applyToStore(mortal, plan, options).catch((error: { code?: string }) =>
    expect(error.code).toBe('JOURNAL_NOT_WRITABLE'),
  );
  return death;
}

describe('a run on files that dies at any step', () => {
  test.each(worlds)('does no harm, and the next ones reach the same end: a storage %s', async (_, world, policy) => {
    const whole = await fresh(world);
    await runOnDisk(whole.rig, 1, 3, policy);
    const end = registryFiles(whole);
    expect([hiddenFiles(whole), end.some((path) => path.includes('first'))]).toEqual([[], false]);
    let deaths = 0;

    for (const deadRun of [1, 2, 3])
      for (let at = 1; ; at += 1) {
        const one = await fresh(world);
        await runOnDisk(one.rig, 1, deadRun - 1, policy);
        const death = await dying(one.rig, at, deadRun, policy);
        if (!death.isDead) break;
        deaths += 1;
        expect([death.at, missingOf(one, 'app', image)]).toEqual([death.at, []]);
        await runOnDisk(one.rig, deadRun + 1, 5, policy);
        expect([death.at, registryFiles(one), hiddenFiles(one)]).toEqual([death.at, end, []]);
      }

    expect(deaths).toBeGreaterThan(30);
  });

  test('is undone to the last file', async () => {
    const before = registryFiles(await fresh());
    let deaths = 0;

    for (const deadRun of [1, 2])
      for (let at = 1; ; at += 1) {
        const one = await fresh();
        await runOnDisk(one.rig, 1, deadRun - 1);
        const death = await dying(one.rig, at, deadRun);
        if (!death.isDead) break;
        deaths += 1;
        const runs = await one.rig.journal.runs();
        // Before its first line a run has no story to be undone.
        for (const run of at === 1 ? runs.slice(1) : runs)
          expect((await undoOnStore(one.rig, run)).problems).toEqual([]);
        expect([death.at, registryFiles(one), hiddenFiles(one)]).toEqual([death.at, before, []]);
      }

    expect(deaths).toBeGreaterThan(20);
  });
});
