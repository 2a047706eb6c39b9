import { dirname, isAbsolute, resolve } from 'node:path';
import { type EffectiveSetting, effectiveSettings } from './effective.ts';
import { type Assignment, readEnvironment, unknownVariables } from './environment.ts';
import { type FoundFile, findFile, withHome } from './find-file.ts';
import { type Flags, readFlags } from './flags.ts';
import { type Layers, layer } from './layers.ts';
import { formatProblem, invalidSettings, type Path, type Problem } from './problem.ts';
import type { Settings } from './settings.ts';
import { mapLeaves } from './shape.ts';
import { defaultStateDir, toSettings } from './to-settings.ts';
import { validate } from './validate.ts';

/** All that settings are made from. */
export interface SettingsSources {
  readonly flags: Flags;
  readonly env: NodeJS.ProcessEnv;
  /** Relative paths in flags and variables begin here; those in a file at its own folder. */
  readonly cwd: string;
  /** Home directory, for `~/` and the usual places. */
  readonly home: string;
  /** `--config`; default `flags.config`. */
  readonly configPath?: string | undefined;
  /** Default `/etc/winnow/config.yaml`. */
  readonly systemFile?: string;
}

export interface LoadedSettings {
  readonly settings: Settings;
  /** Each setting that has a value, with it (secrets hidden) and who gave it, in the order of docs/config.md. */
  readonly origins: readonly EffectiveSetting[];
  /** The settings file; absent where there is none. */
  readonly file?: string;
  /** One line each: it works, but hardly as it is meant. */
  readonly warnings: readonly string[];
}

/**
 * Reads the settings: flags over environment over file over defaults. Maps are merged, lists are replaced.
 *
 * @throws ConfigError CONFIG_INVALID with all problems at once; CONFIG_NOT_FOUND; CONFIG_UNREADABLE.
 */
export async function loadSettings(sources: SettingsSources): Promise<LoadedSettings> {
  const { flags, env, home } = sources;
  const found = await findFile({ ...sources, configPath: sources.configPath ?? flags.config });
  // Loaded where there is a file: the parser is large.
  const yaml = found === undefined ? undefined : (await import('./yaml-source.ts')).readYaml(found.text, found.path);
  const fromFlags = readFlags(flags);
  const assignments: readonly Assignment[] = [...readEnvironment(env), ...fromFlags.assignments];
  const layers = layer(yaml, assignments);

  const { input, problems, warnings } = validate(withAbsolutePaths(layers, found, sources));
  // Of a file that is not YAML nothing else is known: what it seems to lack may well stand in it.
  const isBroken = yaml !== undefined && yaml.problems.length > 0;
  const rest = isBroken ? yaml.problems : [...unknownVariables(env, layers.value), ...problems];
  const all: readonly Problem[] = [...fromFlags.problems, ...rest];
  if (all.length > 0 || input === undefined) throw invalidSettings(all);

  const pathsIn = (list: string) => (index: number, path: string) =>
    absolute(path, [list, index], layers, found, sources);
  return {
    settings: toSettings(input, { env, home, pathsFrom: pathsIn('records'), pathsOfClusters: pathsIn('clusters') }),
    origins: effectiveSettings(layers, { stateDir: defaultStateDir(sources) }),
    ...(found !== undefined && { file: found.path }),
    warnings: warnings.map(formatProblem),
  };
}

/** The layers with their paths made absolute. Short forms of record sources are left as they are. */
function withAbsolutePaths(layers: Layers, found: FoundFile | undefined, sources: SettingsSources): Layers {
  const value = mapLeaves(layers.value, (text, { path, shape }) => {
    if (typeof text !== 'string' || text.trim() === '') return text;
    if (shape.word === 'path') return absolute(text, path, layers, found, sources);
    if (shape.word === 'place of a snapshot' && !text.includes('://'))
      return absolute(text, path, layers, found, sources);
    const [, kind, folder] = shape.word === 'store' ? (/^([a-z-]+:)(?!\/\/)(.+)$/.exec(text.trim()) ?? []) : [];
    return folder === undefined ? text : `${kind}${absolute(folder, path, layers, found, sources)}`;
  });
  return { ...layers, value };
}

function absolute(
  text: string,
  path: Path,
  layers: Layers,
  found: FoundFile | undefined,
  sources: SettingsSources,
): string {
  const expanded = withHome(text, sources.home);
  if (isAbsolute(expanded)) return expanded;
  const isInFile = found !== undefined && layers.giverOf(path).from === 'file';
  return resolve(isInFile ? resolve(sources.cwd, dirname(withHome(found.path, sources.home))) : sources.cwd, expanded);
}

/** The registry's settings, with its address. @throws ConfigError CONFIG_INVALID where no registry is named anywhere */
export function requireRegistry(settings: Settings): Settings['registry'] & { readonly url: string } {
  const { url } = settings.registry;
  if (url !== undefined) return { ...settings.registry, url };
  const hint = 'give --registry HOST[:PORT], set WINNOW_REGISTRY_URL, or write registry.url into the settings file';
  throw invalidSettings([{ origin: { from: 'default' }, path: 'registry.url', message: 'no registry is named', hint }]);
}
