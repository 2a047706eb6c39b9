import { join } from 'node:path';
import type { ReadOnlySwitching } from '../../flows/in-read-only-mode.ts';
import { fileNote, openReadOnlySwitch } from '../../systems/read-only-switch/index.ts';
import { sha256Hex } from '../../util/pure/hash.ts';
import type { Session } from './session.ts';

/**
 * What switches the registry over a storage to read-only mode and back. Whoever asked closes it.
 *
 * @param storeName - what the store calls itself
 * @throws READ_ONLY_SETTINGS_INVALID
 */
export async function openSwitching(
  { settings }: Pick<Session, 'settings'>,
  storeName: string,
): Promise<ReadOnlySwitching> {
  const { store, stateDir } = settings;
  const readOnly = await openReadOnlySwitch(store.readOnlySwitch, kubeSettings(settings));
  return { readOnly, note: fileNote(notePath(storeName, stateDir)) };
}

/** How the cluster is reached that a registry runs in. */
export function kubeSettings({ store: { kubeconfig, kubeContext } }: Pick<Session['settings'], 'store'>) {
  return {
    ...(kubeconfig === undefined ? {} : { kubeconfig }),
    ...(kubeContext === undefined ? {} : { context: kubeContext }),
  };
}

/**
 * What switches for a run on a storage; `undefined`: nothing is to be switched. Then there is a warning where a run that died has left
 * something switched: only who names it again puts it back.
 *
 * @throws READ_ONLY_SETTINGS_INVALID, READ_ONLY_NOTE_FAILED
 */
export async function switchingOfRun(
  session: Pick<Session, 'settings' | 'terminal'>,
  storeName: string,
): Promise<ReadOnlySwitching | undefined> {
  const { settings, terminal } = session;
  if (settings.hardPrune.mode === 'read-only' && settings.store.readOnlySwitch !== 'manual')
    return await openSwitching(session, storeName);
  const noted = await fileNote(notePath(storeName, settings.stateDir)).read();
  if (noted !== undefined) {
    const next = 'run `winnow hard-prune --restore-read-write` with its --read-only-switch';
    const what = `a run that died has left ${noted.name} in read-only mode (${next})`;
    terminal.say(`${terminal.paint.yellow('warning:')} ${what}`);
  }
  return undefined;
}

/** On the storage itself, where whoever runs next finds it, from any machine. A bucket takes no such file: then the state directory has it. */
function notePath(storeName: string, stateDir: string): string {
  const [, folder] = /^(?:distribution-fs|trow-files):(\/.*)$/s.exec(storeName) ?? [];
  if (folder !== undefined) return join(folder, '.winnow', 'read-only.json');
  return join(stateDir, 'stores', `${sha256Hex(storeName).slice(0, 32)}.read-only.json`);
}
