import type { Check } from '../../report/checks.ts';
import type { FileTuning } from '../../systems/node-config/contract.ts';
import { fileNodeConfig, tuningOf } from '../../systems/node-config/index.ts';
import { CodedError } from '../../util/pure/coded-error.ts';

/** What the kubelet does where nobody tells it otherwise. */
const USUAL = { high: '85', low: '80', minAgeMs: 120_000, discardUnpackedLayers: true };

/** The settings of the node, as far as they are seen from here. */
export async function nodeConfigChecks(root: string, version: string, signal: AbortSignal): Promise<readonly Check[]> {
  try {
    const files = await fileNodeConfig({ root }).read(tuningOf(USUAL), signal);
    return files.map((file) => checkOf(file, version));
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    if (error.code === 'TUNE_NO_FILE')
      return [{ name: 'node settings', status: 'ok', finding: 'none are seen from here' }];
    return [{ name: 'node settings', status: 'warn', finding: error.message, ...(error.hint && { hint: error.hint }) }];
  }
}

/** @param version - of the runtime that answers. */
export function checkOf(file: FileTuning, version: string): Check {
  const { part, path, state, settings, why } = file;
  const name = `node settings: ${part}`;
  if (state === 'refused') return { name, status: 'warn', finding: `${path}: ${why ?? ''}`, hint: 'see `winnow tune`' };
  const said = settings.filter(({ now }) => now !== undefined).map(({ name: key, now }) => `${key} ${now}`);
  const discards = settings.some(({ name: key, now }) => key === 'discard_unpacked_layers' && now === 'true');
  if (discards && state === 'to-change' && Number.parseInt(version, 10) >= 2)
    return {
      ...{ name, status: 'warn', finding: `${path}: containerd ${version} drops its discard_unpacked_layers silently` },
      hint: 'it wants a table of a runtime beside it: `winnow tune --discard-unpacked-layers --write`',
    };
  return { name, status: 'ok', finding: `${path}: ${said.length === 0 ? 'as by default' : said.join(', ')}` };
}
