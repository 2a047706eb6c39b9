import type { ChildProcess } from 'node:child_process';
import { cpSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { HardPrunePolicy } from '../../src/policy/hard-prune.ts';
import { spawnTied } from './child.ts';
import { openDisk, runOnDisk } from './disk-store.ts';
import { type Distribution, debiansDistribution } from './distributions.ts';
import { storeRig } from './store-rig.ts';
import { type BuiltStore, buildStore, type StoreWorld, storePlaces } from './store-world/index.ts';
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

export interface RegistryRun {
  /** 0, unless it gave up. */
  readonly code: number;
  /** What it printed and what it complained of. */
  readonly output: string;
}

export interface CollectOptions {
  /** Whose collector. Default: Debian's. */
  readonly distribution?: Distribution;
  /** `-m` of the registry's own, `--delete-untagged` of Winnow. */
  readonly deleteUntagged?: boolean;
  /** Of Winnow's policy. Default: age does not matter. */
  readonly uploadAgeMs?: number;
  /** Changes the storage before anything is collected. */
  readonly damage?: (store: BuiltStore) => void;
}

export async function collectByBoth(
  world: StoreWorld,
  options: CollectOptions = {},
): Promise<{ readonly registry: Collected & RegistryRun; readonly winnow: Collected }> {
  const folder = makeTempFolder('for-the-registry');
  const winnow = await collectByWinnow(world, options, folder);
  const ran = await runRegistryCollector(folder, options);
  return { registry: { ...collected(folder, world), ...ran }, winnow };
}

/** @param copyTo - where the storage is copied to before it is touched */
export async function collectByWinnow(
  world: StoreWorld,
  { deleteUntagged = false, uploadAgeMs = 0, damage }: CollectOptions = {},
  copyTo?: string,
): Promise<Collected> {
  const folder = makeTempFolder('for-winnow');
  const store = buildStore(folder, world);
  damage?.(store);
  if (copyTo !== undefined) cpSync(folder, copyTo, { recursive: true, preserveTimestamps: true });
  await collectToTheEnd(folder, { deleteUntagged, uploadAgeMs });
  return collected(folder, world);
}

/** Unlinked, hidden, and gone for good: three runs without the waiting between them. @throws when any action was not done */
async function collectToTheEnd(folder: string, policy: Partial<HardPrunePolicy>): Promise<void> {
  const reports = await runOnDisk(storeRig(await openDisk(folder)), 1, 3, policy);
  const undone = reports.flatMap((report) => report.undone);
  if (undone.length > 0) throw new Error(`collecting below ${folder}: ${JSON.stringify(undone)}`);
}

/** `docker-registry garbage-collect` on a storage, to its end. */
export function runRegistryCollector(folder: string, options: CollectOptions = {}): Promise<RegistryRun> {
  return startCollector(folder, options).ended;
}

/**
 * Stops it (SIGSTOP) as soon as it says something. It may be ahead by then, by what a pipe and its reader hold: 130 KB of what it prints.
 *
 * @returns what lets it go on to its end
 */
export async function pauseRegistryCollector(folder: string, text: string): Promise<() => Promise<RegistryRun>> {
  let isHeard = false;
  const { child, ended } = await new Promise<StartedCollector>((resolve, reject) => {
    const started = startCollector(folder, {}, (output) => {
      if (isHeard || !output.includes(text)) return;
      isHeard = true;
      started.child.kill('SIGSTOP');
      resolve(started);
    });
    void started.ended.then(
      (run) => reject(new Error(`the collector never said “${text}”: ${JSON.stringify(run)}`)),
      reject,
    );
  });
  return () => {
    child.kill('SIGCONT');
    return ended;
  };
}

interface StartedCollector {
  readonly child: ChildProcess;
  readonly ended: Promise<RegistryRun>;
}

function startCollector(
  folder: string,
  { deleteUntagged = false, distribution = debiansDistribution }: CollectOptions,
  onOutput: (all: string) => void = () => undefined,
): StartedCollector {
  const args = registryCollectorArgs(folder, deleteUntagged);
  const child = spawnTied(distribution.program(), args, { env: {}, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      onOutput(output);
    });
  const ended = new Promise<RegistryRun>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code: code ?? -1, output }));
  });
  return { child, ended };
}

/** Its arguments, with a configuration file that names the storage. */
export function registryCollectorArgs(folder: string, deleteUntagged = false): readonly string[] {
  const file = join(makeTempFolder('collector-settings'), 'config.yml');
  const storage = { filesystem: { rootdirectory: folder }, delete: { enabled: true } };
  writeFileSync(file, JSON.stringify({ version: 0.1, log: { level: 'info' }, storage, http: { addr: '127.0.0.1:0' } }));
  return ['garbage-collect', ...(deleteUntagged ? ['--delete-untagged'] : []), file];
}

function collected(folder: string, world: StoreWorld): Collected {
  const store = storePlaces(folder, world);
  return { store, gone: (...names) => names.filter((name) => !existsSync(store.data(name))) };
}
