import { basename, dirname, isAbsolute, join } from 'node:path';
import type { FileTuning } from '../contract.ts';
import { tomlValue } from '../edit-toml.ts';
import { NotUnderstood } from '../not-understood.ts';
import { scanToml } from '../scan-toml.ts';
import { discardByHand, tuneContainerd } from '../tune-containerd.ts';
import { restartOf } from './look-at-kubelet.ts';
import { filesLike, readNodeFile } from './node-file.ts';
import { containerdPlace, type RancherName, rancherContainerd } from './places.ts';
import { type WorkedOut, worked } from './worked.ts';

const DROP_IN = '99-winnow.toml';

/** What becomes of containerd's own settings. */
export async function lookAtContainerd(root: string, path: string): Promise<FileTuning> {
  const about = {
    part: 'containerd' as const,
    path,
    byHand: discardByHand['2'],
    restart: 'systemctl restart containerd',
  };
  return await worked(about, async (text = '') => {
    if (/\{\{.*\}\}/.test(text)) throw new NotUnderstood('it is a template, and its tables are not all in it');
    const imported = await importedBy(root, path, text);
    const { after, setting, notes } = tuneContainerd(text, imported);
    return { after, settings: [setting], notes };
  });
}

/**
 * Under k3s and rke2 containerd's file is made anew at each start, and a table that the template's base has can not be repeated: only a
 * drop-in takes effect, where the file imports drop-ins, and where containerd merges them (2.x).
 */
export async function lookAtRancherContainerd(root: string, part: RancherName): Promise<FileTuning> {
  const folder = join(root, rancherContainerd(part));
  const made = join(folder, 'config.toml');
  const path = join(folder, 'config-v3.toml.d', DROP_IN);
  const byHand = [`in a template of your own, ${join(folder, 'config-v3.toml.tmpl')}:`, ...discardByHand['3']];
  return await worked({ part, path, byHand, restart: restartOf(part) }, async (text) => {
    const main = await readNodeFile(made);
    if (main === undefined) throw new NotUnderstood(`${made} is not there yet: start ${part} once`);
    const outline = scanToml(main);
    if (tomlValue(outline, ['version']) !== '3')
      throw new NotUnderstood(
        `its containerd is 1.x, where a drop-in takes the place of all that ${made} says of the CRI plugin`,
        [`in a template of your own, ${join(folder, 'config.toml.tmpl')}:`, ...discardByHand['2']],
      );
    const there = tomlValue(outline, ['plugins', 'io.containerd.cri.v1.images', 'discard_unpacked_layers']);
    if (there === 'true') return asItIs(text, there);
    if (!stringsOf(tomlValue(outline, ['imports'])).some((one) => basename(dirname(one)) === 'config-v3.toml.d'))
      throw new NotUnderstood(`${made} imports no drop-ins (config-v3.toml.d), and its tables can not be repeated`);
    const { after, setting, notes } = tuneContainerd(text ?? 'version = 3\n', []);
    return { after, settings: [setting], notes };
  });
}

/** The file that is made says so already: the drop-in stays as it is, or is not needed. */
function asItIs(text: string | undefined, value: string): WorkedOut {
  return { after: text, settings: [{ name: 'discard_unpacked_layers', now: value, wanted: 'true' }], notes: [] };
}

async function importedBy(root: string, path: string, text: string) {
  const files: string[] = [];
  const outline = scanToml(text);
  // containerd 2.2 and newer always import these.
  const always =
    tomlValue(outline, ['version']) === '3' && path === join(root, containerdPlace) ? ['conf.d/*.toml'] : [];
  for (const pattern of [...stringsOf(tomlValue(outline, ['imports'])), ...always]) {
    const place = isAbsolute(pattern) ? join(root, pattern) : join(dirname(path), pattern);
    if (dirname(place).includes('*')) throw new NotUnderstood(`it imports ${pattern}`);
    files.push(...(await filesLike(dirname(place), basename(place))));
  }
  const texts: { path: string; text: string }[] = [];
  for (const file of files) if (file !== path) texts.push({ path: file, text: (await readNodeFile(file)) ?? '' });
  return texts;
}

/** The texts of a TOML list of strings. */
function stringsOf(value = ''): readonly string[] {
  return [...value.matchAll(/"([^"]*)"|'([^']*)'/g)].map(([, double, single]) => double ?? single ?? '');
}
