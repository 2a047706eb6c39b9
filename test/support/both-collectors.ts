import { execFile } from 'node:child_process';
import { cpSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { HardPrunePolicy } from '../../src/policy/hard-prune.ts';
import { openDisk, runOnDisk } from './disk-store.ts';
import { programPath } from './requirements.ts';
import { storeRig } from './store-rig.ts';
import { type BuiltStore, buildStore, type StoreWorld } from './store-world/index.ts';
import { makeTempFolder } from './temp-folder.ts';

/*
 * The registry's own collector and Winnow, each let loose on its own copy of one storage, each to the end: what is gone is off the disk.
 */

export interface Collected {
  /** The copy, as it is now. */
  readonly store: BuiltStore;
  /** Those of the named blobs and manifests that have no data any more. */
  gone(...names: readonly string[]): readonly string[];
}

export interface CollectedByRegistry extends Collected {
  /** 0, unless it gave up. */
  readonly code: number;
  /** What it printed and what it complained of. */
  readonly output: string;
}

export interface CollectOptions {
  /** `-m` of the registry's own, `--delete-untagged` of Winnow. */
  readonly deleteUntagged?: boolean;
  /** Changes the storage before it is copied. */
  readonly damage?: (store: BuiltStore) => void;
}

export async function collectByBoth(
  world: StoreWorld,
  options: CollectOptions = {},
): Promise<{ readonly registry: CollectedByRegistry; readonly winnow: Collected }> {
  const folder = makeTempFolder('for-the-registry');
  const winnow = await collectByWinnow(world, options, folder);
  const ran = await runRegistryCollector(folder, options);
  return { registry: { ...collected(folder, world), ...ran }, winnow };
}

/** @param copyTo - where the storage is copied to before it is touched */
export async function collectByWinnow(
  world: StoreWorld,
  { deleteUntagged = false, damage }: CollectOptions = {},
  copyTo?: string,
): Promise<Collected> {
  const folder = makeTempFolder('for-winnow');
  const store = buildStore(folder, world);
  damage?.(store);
  if (copyTo !== undefined) cpSync(folder, copyTo, { recursive: true, preserveTimestamps: true });
  await collectToTheEnd(folder, { deleteUntagged });
  return collected(folder, world);
}

/** Unlinked, hidden, and gone for good: three runs without the waiting between them. @throws when any action was not done */
export async function collectToTheEnd(folder: string, policy: Partial<HardPrunePolicy>): Promise<void> {
  const reports = await runOnDisk(storeRig(await openDisk(folder)), 1, 3, policy);
  const undone = reports.flatMap((report) => report.undone);
  if (undone.length > 0) throw new Error(`collecting below ${folder}: ${JSON.stringify(undone)}`);
}

/** `docker-registry garbage-collect` on a storage that no registry serves. */
export function runRegistryCollector(
  folder: string,
  { deleteUntagged = false }: CollectOptions = {},
): Promise<{ readonly code: number; readonly output: string }> {
  const args = registryCollectorArgs(folder, deleteUntagged);
  return new Promise((resolve, reject) => {
    execFile(programPath('docker-registry'), args, { env: {}, maxBuffer: 64 << 20 }, (error, stdout, stderr) => {
      if (error !== null && typeof error.code !== 'number') reject(error);
      else resolve({ code: Number(error?.code ?? 0), output: `${stdout}${stderr}` });
    });
  });
}

/** Its arguments, with a configuration file that names the storage. */
export function registryCollectorArgs(folder: string, deleteUntagged = false): readonly string[] {
  const file = join(makeTempFolder('collector-settings'), 'config.yml');
  const storage = { filesystem: { rootdirectory: folder }, delete: { enabled: true } };
  writeFileSync(file, JSON.stringify({ version: 0.1, log: { level: 'info' }, storage, http: { addr: '127.0.0.1:0' } }));
  return ['garbage-collect', ...(deleteUntagged ? ['--delete-untagged'] : []), file];
}

function collected(folder: string, world: StoreWorld): Collected {
  // The places and contents of a world do not depend on where it is built: an empty one tells them.
  const store = placesOf(folder, world);
  return { store, gone: (...names) => names.filter((name) => !existsSync(store.data(name))) };
}
