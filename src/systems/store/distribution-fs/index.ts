import type { Store } from '../contract.ts';
import type { CrewSettings } from './crew.ts';
import { openReader } from './reader.ts';
import { storePlace } from './store-place.ts';
import { type StoreWriterOptions, storeWriter } from './writer.ts';

/**
 * The storage of Distribution (docker-registry) in a folder. Nothing is opened before it is asked for something.
 *
 * @param dir - Distribution's `rootdirectory`, absolute, no symbolic link: the folder that holds `docker/registry/v2`
 * @param crewSettings - for tests: how many read, and by which program
 */
export async function openDistributionFs(
  dir: string,
  settings: StoreWriterOptions = {},
  crewSettings: CrewSettings = {},
): Promise<Store> {
  const place = storePlace(dir);
  return { ...openReader(place, crewSettings), ...storeWriter(place, settings) };
}
