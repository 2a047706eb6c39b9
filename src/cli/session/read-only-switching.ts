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
  { settings: { store, stateDir } }: Pick<Session, 'settings'>,
  storeName: string,
): Promise<ReadOnlySwitching> {
  const { readOnlySwitch, kubeconfig, kubeContext } = store;
  const readOnly = await openReadOnlySwitch(readOnlySwitch, {
    ...(kubeconfig === undefined ? {} : { kubeconfig }),
    ...(kubeContext === undefined ? {} : { context: kubeContext }),
  });
  return { readOnly, note: fileNote(notePath(storeName, stateDir)) };
}

/** On the storage itself, where whoever runs next finds it, from any machine. A bucket takes no such file: then the state directory has it. */
function notePath(storeName: string, stateDir: string): string {
  const [, folder] = /^(?:distribution-fs|trow-files):(\/.*)$/s.exec(storeName) ?? [];
  if (folder !== undefined) return join(folder, '.winnow', 'read-only.json');
  return join(stateDir, 'stores', `${sha256Hex(storeName).slice(0, 32)}.read-only.json`);
}
