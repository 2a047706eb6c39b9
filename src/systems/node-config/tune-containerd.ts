import type { TunedSetting } from './contract.ts';
import { hasTable, setTomlValue, tomlValue } from './edit-toml.ts';
import { NotUnderstood } from './not-understood.ts';
import { scanToml } from './scan-toml.ts';

/*
 * Where containerd takes `discard_unpacked_layers` from:
 *
 *   version = 2   [plugins."io.containerd.grpc.v1.cri".containerd]    1.x; 2.x reads it too, but only where the file also has a table
 *                                                                     [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.…]
 *   version = 3   [plugins."io.containerd.cri.v1.images"]             2.x; 1.x does not start with it
 *
 * On 1.x a file of `imports` that has a plugin's table replaces all tables of that plugin; 2.x merges them.
 */
const KEY = 'discard_unpacked_layers';
const CRI = ['plugins', 'io.containerd.grpc.v1.cri'];
const IMAGES = ['plugins', 'io.containerd.cri.v1.images'];

export const discardByHand: Readonly<Record<'2' | '3', readonly string[]>> = {
  '2': ['[plugins."io.containerd.grpc.v1.cri".containerd]', `  ${KEY} = true`],
  '3': ['[plugins."io.containerd.cri.v1.images"]', `  ${KEY} = true`],
};

export interface ContainerdText {
  readonly after: string;
  readonly setting: TunedSetting;
  readonly notes: readonly string[];
}

/**
 * Turns `discard_unpacked_layers` on in a containerd settings file.
 *
 * @param imported - the files that it imports.
 * @throws NotUnderstood
 */
export function tuneContainerd(
  text: string,
  imported: readonly { readonly path: string; readonly text: string }[],
): ContainerdText {
  const outline = scanToml(text);
  const version = tomlValue(outline, ['version']);
  if (version !== '2' && version !== '3')
    throw new NotUnderstood(
      version === undefined ? 'it does not say its version, so that it is version 1' : `its version is ${version}`,
      ['version = 2', '', ...discardByHand['2']],
    );
  const off = tomlValue(outline, ['disabled_plugins']);
  if (off !== undefined && /["'](?:io\.containerd\.grpc\.v1\.)?cri["']/.test(off))
    throw new NotUnderstood('it disables CRI (disabled_plugins): no kubelet works with this containerd');
  const table = version === '2' ? [...CRI, 'containerd'] : IMAGES;
  refuseOverrides(imported, version, [...table, KEY]);
  const now = tomlValue(outline, [...table, KEY]);
  const notes: string[] = [];
  let after = now === 'true' ? text : setTomlValue(text, table, KEY, 'true');
  if (version === '2' && !hasTable(outline, [...CRI, 'containerd', 'runtimes'])) {
    after = setTomlValue(after, [...CRI, 'containerd', 'runtimes', 'runc'], 'runtime_type', '"io.containerd.runc.v2"');
    notes.push(
      'a table of the runtime runc, as it is by default, is added: without one containerd 2.x drops the setting',
    );
  }
  return { after, setting: { name: KEY, ...(now === undefined ? {} : { now }), wanted: 'true' }, notes };
}

function refuseOverrides(
  imported: readonly { readonly path: string; readonly text: string }[],
  version: '2' | '3',
  key: readonly string[],
): void {
  for (const { path, text } of imported) {
    const outline = scanToml(text);
    if (tomlValue(outline, ['imports']) !== undefined)
      throw new NotUnderstood(`${path}, which it imports, imports further files`);
    const value = tomlValue(outline, key);
    if (value !== undefined && value !== 'true')
      throw new NotUnderstood(`${path}, which it imports, sets it to ${value}`, discardByHand[version]);
    if (version === '2' && hasTable(outline, CRI) && value === undefined)
      throw new NotUnderstood(
        `${path}, which it imports, has tables of the CRI plugin, and containerd 1.x takes these in place of all that the file says of it`,
        [`in ${path}:`, ...discardByHand[version]],
      );
  }
}
