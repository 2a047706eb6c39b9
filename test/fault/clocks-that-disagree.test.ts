import { existsSync, lstatSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { freshMarks } from '../../src/flows/fresh-mark.ts';
import { type DiskStore, diskStore, hiddenFiles, type PlannersClock, planDisk } from '../support/disk-store.ts';
import { applyToStore, type StoreRig, storeRig } from '../support/store-rig.ts';
import { foldersBelow, listFiles } from '../support/store-world/index.ts';

/*
 * A machine whose clock is off by hours, and a storage on a disk, whose time is the one that counts. Time passes on the storage by making
 * all of its files, and what Winnow noted there, that much older.
 */

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const policy = { minBlobAgeMs: HOUR_MS, graceMs: 2 * HOUR_MS, holdMs: 3 * HOUR_MS };
const timing = { graceMs: policy.graceMs, holdMs: policy.holdMs, settleMs: 0, marginMs: 2000 };

interface Scene extends DiskStore {
  readonly rig: StoreRig;
}

async function scene(): Promise<Scene> {
  const disk = await diskStore();
  const { built } = disk;
  for (const path of [built.data('first'), built.layerLink('app', 'first')]) built.setTime(path, Date.now());
  return { ...disk, rig: storeRig(disk.store) };
}

/** Its files' times and folders', and those that are noted in Winnow's own. */
function passTime({ built: { folder } }: Scene, ms: number): void {
  const files = listFiles(folder).map((name) => join(folder, name));
  for (const path of files.filter((one) => /\/\.winnow\/(?:ledger\.ndjson|quarantine\/[^/]+\/when)$/.test(one)))
    writeFileSync(
      path,
      readFileSync(path, 'utf8').replace(/\b1\d{12}\b/g, (atMs) => `${Number(atMs) - ms}`),
    );
  for (const path of [...files, ...foldersBelow(folder)]) {
    const seconds = (lstatSync(path).mtimeMs - ms) / 1000;
    utimesSync(path, seconds, seconds);
  }
}

function stateOf(one: Scene): string {
  const { built } = one;
  if (existsSync(built.data('first'))) return existsSync(built.layerLink('app', 'first')) ? 'linked' : 'unlinked';
  return hiddenFiles(one).some((path) => path.includes(built.digest('first').slice(7))) ? 'hidden' : 'gone';
}

/** What each run leaves the blob as, of as many as there are waits before them. */
async function statesAfter(waitsMs: readonly number[], clock: PlannersClock): Promise<readonly string[]> {
  const one = await scene();
  const { nowMs, asksStorage } = clock;
  const states: string[] = [];
  for (const [at, ms] of waitsMs.entries()) {
    passTime(one, ms);
    const made = await planDisk(one.store, `run-${at}`, policy, false, clock);
    const plan = asksStorage ? made : { ...made, mark: undefined };
    await applyToStore(one.rig, plan, { freshMarks: freshMarks(one.store, {}, nowMs), nowMs, timing });
    states.push(stateOf(one));
  }
  return states;
}

/** Too young; old enough; on its way out for too short a time; long enough; hidden for too short a time; long enough. */
const waitsMs = [50, 15, 115, 10, 170, 15].map((minutes) => minutes * MINUTE_MS);
const inTime = ['linked', 'unlinked', 'unlinked', 'hidden', 'hidden', 'gone'];

describe.each([
  ['ahead', 7 * HOUR_MS],
  ['behind', -7 * HOUR_MS],
])('on a machine whose clock is hours %s', (name, offMs) => {
  const nowMs = () => Date.now() + offMs;

  test('a run takes each step when it is time by the storage, and not before', async () => {
    expect(await statesAfter(waitsMs, { nowMs, asksStorage: true })).toEqual(inTime);
  });

  test('a saved plan takes no step before it is time by the storage', async () => {
    const states = await statesAfter(waitsMs, { nowMs, asksStorage: false });
    // To a machine that is behind, all of it was written in the future: it plans nothing.
    expect(states).toEqual(name === 'ahead' ? inTime : waitsMs.map(() => 'linked'));
  });
});
