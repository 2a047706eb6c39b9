import type { LoadedSettings } from '../../config/load.ts';
import { invalidSettings } from '../../config/problem.ts';
import type { Store } from '../../systems/store/contract.ts';
import { openStore, parseStoreAddress } from '../../systems/store/index.ts';
import type { Terminal } from '../terminal.ts';

/** Opens the storage that the settings name. Nothing is written there. @throws ConfigError CONFIG_INVALID where none is named */
export async function openStoreOf({ settings }: Pick<LoadedSettings, 'settings'>, terminal: Terminal): Promise<Store> {
  const { address } = settings.store;
  if (address === undefined) {
    const hint =
      'give --store distribution-fs:DIR, set WINNOW_STORE_ADDRESS, or write store.address into the settings file';
    const message = 'no storage is named';
    throw invalidSettings([{ origin: { from: 'default' }, path: 'store.address', message, hint }]);
  }
  return await openStore(parseStoreAddress(address), { lockTtlMs: settings.lease.ttlMs }, terminal.signal);
}
