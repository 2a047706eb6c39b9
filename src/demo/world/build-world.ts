import { existsSync } from 'node:fs';
import { storeRoot } from '../../oci/distribution-layout.ts';
import { DemoError } from '../errors.ts';
import { describeWorld, type WorldOptions } from './describe-world.ts';
import { writeRecords } from './records-database.ts';
import { summarise, type WorldSummary } from './summary.ts';
import { writeStore } from './write-store.ts';

export interface BuildOptions extends WorldOptions {
  /** The registry's folder (Distribution's `rootdirectory`); it must hold no registry yet. */
  readonly folder: string;
  /** Where the record database (SQLite) will be; its folder must exist, and the file must not. */
  readonly databasePath: string;
  readonly signal?: AbortSignal;
}

/**
 * Makes the demo's world on the disk: a registry in Distribution's layout, and the records beside it. A few seconds, some 30 MB.
 *
 * @throws DEMO_NOT_EMPTY when there is something in the place: it never writes over a registry or a database.
 */
export async function buildWorld(options: BuildOptions): Promise<WorldSummary> {
  const { folder, databasePath, signal = new AbortController().signal } = options;
  for (const place of [storeRoot(folder), databasePath]) {
    if (!existsSync(place)) continue;
    throw new DemoError('DEMO_NOT_EMPTY', `making the demo's world: ${place} is there already`);
  }
  const world = describeWorld(options);
  const store = await writeStore(world, folder, signal);
  writeRecords(databasePath, world.records);
  return summarise(world, store);
}
