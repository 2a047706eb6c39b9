import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { freshMarks, markOf } from '../../src/flows/fresh-mark.ts';
import { planStore } from '../../src/flows/plan-store.ts';
import type { HardPrunePolicy } from '../../src/policy/hard-prune.ts';
import type { Store } from '../../src/systems/store/contract.ts';
import { openStore } from '../../src/systems/store/index.ts';
import { applyToStore, type SimplePlan, type StoreRig } from './store-rig.ts';
import { type BuiltStore, buildStore, image, listFiles, type StoreWorld } from './store-world/index.ts';
import { makeTempFolder } from './temp-folder.ts';

const never = new AbortController().signal;

/** `app` has an image, and two layers that nobody needs; `tool` has one of them. */
export const smallWorld: StoreWorld = {
  manifests: { A: image(['base', 'code']), B: image(['base', 'other']) },
  repositories: {
    app: { tags: { v1: 'A' }, layers: ['first', 'second'] },
    tool: { tags: { v1: 'B' }, layers: ['second'] },
  },
};

export interface DiskStore {
  readonly built: BuiltStore;
  readonly store: Store;
}

export async function diskStore(world: StoreWorld = smallWorld): Promise<DiskStore> {
  const built = buildStore(makeTempFolder('store'), world);
  return { built, store: await openDisk(built.folder) };
}

export function openDisk(folder: string): Promise<Store> {
  return openStore({ kind: 'distribution-fs', dir: folder }, {}, never);
}

/** No waiting at all: each run does the next step. */
export const noWaiting = { minBlobAgeMs: 0, graceMs: 0, holdMs: 0, leftoverAgeMs: 0 } as const;

/** Of the machine that makes a plan. */
export interface PlannersClock {
  readonly nowMs: () => number;
  /** A run asks the storage for its time; a dry run writes nothing there, and takes it for its own. */
  readonly asksStorage: boolean;
}

/** The real plan, made just now. */
export async function planDisk(
  store: Store,
  id: string,
  policy: Partial<HardPrunePolicy> = {},
  isReadOnly = false,
  { nowMs, asksStorage }: PlannersClock = { nowMs: Date.now, asksStorage: true },
): Promise<SimplePlan> {
  const beganAtMs = await store.clockMs(never);
  const planned = await planStore(
    {
      id,
      scope: { store: { name: store.name } },
      store,
      ...{
        survey: {},
        holders: [],
        holdersShown: [],
        withRepositories: true,
        keepManifestData: false,
      },
      isReadOnly,
      policy: { deleteUntagged: false, uploadAgeMs: 0, ...noWaiting, ...policy },
      maxDeleteRatio: 1,
      drops: async () => [],
      expiresAfterMs: 3_600_000,
      nowMs,
      aheadMs: asksStorage ? beganAtMs - nowMs() : 0,
    },
    never,
  );
  const { header, actions } = planned.plan;
  return { header, actions: [...actions], mark: markOf(planned, store.name, beganAtMs) };
}

/** Plans and applies, a run after the other. */
export async function runOnDisk(rig: StoreRig, from: number, runs: number, policy?: Partial<HardPrunePolicy>) {
  const reports = [];
  for (let run = from; run < from + runs; run += 1) {
    const { store } = rig;
    const options = { freshMarks: freshMarks(store, {}, Date.now), nowMs: Date.now, timing: diskTiming };
    reports.push(await applyToStore(rig, await planDisk(store, `run-${run}`, policy), options));
  }
  return reports;
}

export const diskTiming = { graceMs: 0, settleMs: 0, holdMs: 0, marginMs: 2000 } as const;

/** Files of the registry: all but Winnow's own folder. */
export function registryFiles({ built }: Pick<DiskStore, 'built'>): readonly string[] {
  return listFiles(built.folder).filter((path) => !path.startsWith('.winnow'));
}

/** Hidden data. */
export function hiddenFiles({ built }: Pick<DiskStore, 'built'>): readonly string[] {
  const folder = join(built.folder, '.winnow', 'quarantine');
  return existsSync(folder) ? listFiles(folder) : [];
}

/** What of an image can't be pulled: data, or links. */
export function missingOf(
  { built }: Pick<DiskStore, 'built'>,
  repository: string,
  parts: readonly string[],
): readonly string[] {
  return parts.flatMap((part) => [
    ...(existsSync(built.data(part)) ? [] : [`no data: ${part}`]),
    ...(existsSync(built.layerLink(repository, part)) ? [] : [`no link: ${part}`]),
  ]);
}

export function ledgerOf({ built }: Pick<DiskStore, 'built'>): string {
  const path = join(built.folder, '.winnow', 'ledger.ndjson');
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}
