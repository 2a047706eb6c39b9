import { readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { failureWords } from '../util/pure/system-failure.ts';
import { fileVariable } from './environment.ts';
import { ConfigError } from './problem.ts';

/** Where settings files are looked for. */
export interface Places {
  /** `--config`. */
  readonly configPath?: string | undefined;
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  readonly home: string;
  /** The last place that is looked at; default `/etc/winnow/config.yaml`. */
  readonly systemFile?: string;
}

export interface FoundFile {
  /** As it is shown: the path that was given, or the absolute one. */
  readonly path: string;
  readonly text: string;
}

const MAX_BYTES = 4 << 20;

/**
 * Reads the settings file: the one that is named, else the first there is of `./winnow.yaml`, `$XDG_CONFIG_HOME/winnow/config.yaml`
 * (`~/.config`) and `/etc/winnow/config.yaml`.
 *
 * @returns undefined when none is named and none is there.
 * @throws ConfigError CONFIG_NOT_FOUND: a named file is not there. CONFIG_UNREADABLE: it is there, named or not, and can't be read.
 */
export async function findFile(places: Places): Promise<FoundFile | undefined> {
  const { env, cwd, home } = places;
  const variable = env[fileVariable] === '' ? undefined : env[fileVariable];
  const named = places.configPath ?? variable;
  if (named !== undefined) {
    const found = await read(resolve(cwd, withHome(named, home)), named);
    if (found !== undefined) return found;
    const by = places.configPath === undefined ? fileVariable : '--config';
    throw new ConfigError(
      'CONFIG_NOT_FOUND',
      `reading the settings file ${named}, which ${by} names: it does not exist`,
    );
  }
  const configHome = env['XDG_CONFIG_HOME']?.startsWith('/') === true ? env['XDG_CONFIG_HOME'] : join(home, '.config');
  const usual = [
    ['winnow.yaml', join(cwd, 'winnow.yaml')],
    [undefined, join(configHome, 'winnow', 'config.yaml')],
    [undefined, places.systemFile ?? '/etc/winnow/config.yaml'],
  ] as const;
  for (const [shown, path] of usual) {
    const found = await read(path, shown ?? path);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** `~/x` → `<home>/x`. */
export function withHome(path: string, home: string): string {
  return path === '~' || path.startsWith('~/') ? join(home, path.slice(1)) : path;
}

async function read(path: string, shown: string): Promise<FoundFile | undefined> {
  const unreadable = (why: string, cause?: unknown) =>
    new ConfigError(
      'CONFIG_UNREADABLE',
      `reading the settings file ${shown}: ${why}`,
      cause === undefined ? {} : { cause },
    );
  try {
    const { size } = await stat(path);
    if (size > MAX_BYTES) throw unreadable(`it has ${size} bytes, more than ${MAX_BYTES}`);
    return { path: shown, text: new TextDecoder('utf-8', { fatal: true }).decode(await readFile(path)) };
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    if (error instanceof TypeError) throw unreadable('it is not text in UTF-8', error);
    if (!(error instanceof Error && 'code' in error)) throw error;
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw unreadable(failureWords(error), error);
  }
}
