import type { RegistryRestart } from '../../systems/read-only-switch/contract.ts';
import { openRegistryRestart } from '../../systems/read-only-switch/index.ts';
import { kubeSettings } from './read-only-switching.ts';
import type { Session } from './session.ts';

/** How often a run took each step. */
type Steps = Readonly<Partial<Record<string, { readonly count: number }>>>;

/**
 * Restarts the registry after a run, where that is asked for and there is a reason: servers with a cache in their memory go on from it. In
 * read-only mode links go without them. Where the mode was switched for the run, they were restarted with it.
 *
 * @throws READ_ONLY_SETTINGS_INVALID, READ_ONLY_CLUSTER_FAILED, READ_ONLY_ROLL_OUT_FAILED
 */
export async function restartAfter(
  { settings, terminal, log }: Pick<Session, 'settings' | 'terminal' | 'log'>,
  steps: Steps,
  open: () => Promise<RegistryRestart | undefined> = () =>
    openRegistryRestart(settings.store.restartRegistry, kubeSettings(settings)),
): Promise<void> {
  const { store, hardPrune } = settings;
  if (store.restartRegistry === 'manual') return;
  const isReadOnly = hardPrune.mode === 'read-only';
  if (isReadOnly && store.readOnlySwitch !== 'manual') return;
  const counting = isReadOnly ? ['delete-manifest', 'unlink-blob', 'hide-blob', 'purge-blob'] : ['purge-blob'];
  if (counting.every((kind) => (steps[kind]?.count ?? 0) === 0)) return;
  const registry = await open();
  if (registry === undefined) return;
  try {
    terminal.say(`restarting ${registry.name}, and waiting for it`);
    await registry.restart(terminal.nowMs(), terminal.signal);
    log.info('restarted', { registry: registry.name });
  } finally {
    await registry.close();
  }
}
