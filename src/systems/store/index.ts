import { storeKinds as kinds, type StoreAddress } from './address.ts';
import type { Store, StoreKind } from './contract.ts';
import { requireKind } from './recognise.ts';

export { formatStoreAddress, parseStoreAddress, type StoreAddress, storeKinds } from './address.ts';

/** The kinds there are, for settings and messages. */
export const storeKindNames: readonly StoreKind[] = Object.keys(kinds) as StoreKind[];

/** What holds for a store of any kind. */
export interface StoreSettings {
  /** How long the lock on the storage outlives its last sign of life, in milliseconds. */
  readonly lockTtlMs?: number;
}

/**
 * Opens a registry's storage. Nothing is written. What lies in a folder must be what the address says.
 *
 * @throws STORE_NOT_FOUND, STORE_NOT_THIS_KIND, STORE_SETTINGS_INVALID
 */
export async function openStore(address: StoreAddress, settings: StoreSettings, signal: AbortSignal): Promise<Store> {
  signal.throwIfAborted();
  switch (address.kind) {
    case 'distribution-fs': {
      const root = await requireKind(address);
      return (await import('./distribution-fs/index.ts')).openDistributionFs(root, settings);
    }
    case 'trow-files': {
      const root = await requireKind(address);
      return (await import('./trow-files/index.ts')).openTrowFiles(root, settings);
    }
    case 'distribution-s3':
      return (await import('./distribution-s3/index.ts')).openDistributionS3(address, settings);
  }
}
