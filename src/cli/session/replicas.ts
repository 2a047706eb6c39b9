import type { Registry } from '../../systems/registry/contract.ts';
import { openRegistry, ownerOfStorage } from '../../systems/registry/index.ts';
import { CodedError } from '../../util/pure/coded-error.ts';
import type { CliErrorCode } from '../errors.ts';
import type { Session } from './session.ts';

/**
 * Opens every server over a storage that the settings name, and asks each what it is. They are closed by whoever asked.
 *
 * @throws REGISTRY_OWNS_STORAGE where one is a product whose storage nobody else may clear
 */
export async function openReplicas({
  settings,
  terminal,
}: Pick<Session, 'settings' | 'terminal'>): Promise<readonly Registry[]> {
  const opened: Registry[] = [];
  try {
    for (const url of replicaUrls(settings)) {
      const replica = await openRegistry({ ...settings.registry, url, env: terminal.env }, terminal.signal);
      opened.push(replica);
      await assertNotItsOwn(replica, terminal.signal);
    }
    return opened;
  } catch (error) {
    for (const one of opened) await one.close();
    throw error;
  }
}

/** To be asked before a storage is looked at for a run: that takes its time. @throws what {@link openReplicas} throws */
export async function assertReplicasFit(session: Pick<Session, 'settings' | 'terminal'>): Promise<void> {
  for (const replica of await openReplicas(session)) await replica.close();
}

async function assertNotItsOwn(replica: Registry, signal: AbortSignal): Promise<void> {
  const owner = ownerOfStorage(await replica.capabilities(signal));
  if (owner === undefined) return;
  const { product, because, advice } = owner;
  throw new CodedError<CliErrorCode>(
    'REGISTRY_OWNS_STORAGE',
    `asking ${replica.url} what it is: ${product}, ${because}; nothing was done`,
    {
      hint: `${advice} If it is something else, say so: WINNOW_REGISTRY_PRODUCT, or registry.product in the settings file.`,
    },
  );
}

/** Where no replica is named, the registry of the settings is the only one. */
export function replicaUrls({ store, registry }: Session['settings']): readonly string[] {
  if (store.registries.length > 0) return store.registries;
  return registry.url === undefined ? [] : [registry.url];
}
