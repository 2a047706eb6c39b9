import type { Registry } from '../../systems/registry/contract.ts';
import { openRegistry } from '../../systems/registry/index.ts';
import type { Session } from './session.ts';

/** Opens every server over a storage that the settings name. They are closed by whoever asked. */
export async function openReplicas({ settings, terminal }: Session): Promise<readonly Registry[]> {
  const opened: Registry[] = [];
  try {
    for (const url of replicaUrls(settings))
      opened.push(await openRegistry({ ...settings.registry, url, env: terminal.env }, terminal.signal));
    return opened;
  } catch (error) {
    for (const one of opened) await one.close();
    throw error;
  }
}

/** Where no replica is named, the registry of the settings is the only one. */
export function replicaUrls({ store, registry }: Session['settings']): readonly string[] {
  if (store.registries.length > 0) return store.registries;
  return registry.url === undefined ? [] : [registry.url];
}
