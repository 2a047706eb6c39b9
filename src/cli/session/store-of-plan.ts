import { leastOnlineMs } from '../../config/checks/hard-prune.ts';
import type { LoadedSettings } from '../../config/load.ts';
import type { Settings } from '../../config/settings.ts';
import { PlanError } from '../../plan/errors.ts';
import type { PlanHeader, PlanScope } from '../../plan/plan.ts';
import type { Store } from '../../systems/store/contract.ts';
import type { Terminal } from '../terminal.ts';
import { openStoreOf } from './store-session.ts';

/**
 * Opens the storage that a plan or a run is about: the one of the settings, or where they name none, the one that it names itself.
 *
 * @param doing - for the message: `applying plan …`
 * @throws PLAN_OTHER_REGISTRY when the settings name another one
 */
export async function openStoreOfScope(
  { settings }: LoadedSettings,
  { store: scope }: PlanScope,
  doing: string,
  terminal: Terminal,
): Promise<Store> {
  const address = settings.store.address ?? scope?.address ?? scope?.name ?? '';
  const store = await openStoreOf({ settings: { ...settings, store: { ...settings.store, address } } }, terminal);
  if (store.name === scope?.name) return store;
  await store.close();
  const message = `${doing} to ${store.name}: it is of ${scope?.name ?? 'a registry'}; nothing was changed`;
  throw new PlanError('PLAN_OTHER_REGISTRY', message);
}

/**
 * What the settings leave open, the plan tells: the servers and their cache. Its mode and waiting times are those that it was made for.
 * Settings for read-only mode may have no time between hiding and the last look, which a plan for online mode needs.
 */
export function withStoreOfPlan(settings: Settings, { scope, store: counts }: PlanHeader): Settings {
  const { servers = [], cache, mode } = scope.store ?? {};
  const { store, hardPrune, registry } = settings;
  const isNamed = store.registries.length > 0 || registry.url !== undefined;
  return {
    ...settings,
    store: {
      ...store,
      ...(isNamed ? {} : { registries: servers }),
      ...(store.cache === 'auto' && cache !== undefined ? { cache } : {}),
    },
    hardPrune: {
      ...hardPrune,
      ...(mode === undefined ? {} : { mode }),
      ...(mode === 'online' ? { checkAfterMs: Math.max(hardPrune.checkAfterMs, leastOnlineMs.checkAfter) } : {}),
      ...(counts === undefined ? {} : { graceMs: counts.graceMs, holdMs: counts.holdMs }),
    },
  };
}
