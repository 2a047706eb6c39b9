import { readFile } from 'node:fs/promises';
import type { Settings } from '../../config/settings.ts';
import { cacheFailure, type DetectedCache, detectCache } from '../../systems/descriptor-cache/index.ts';
import type { DeployedSetUp } from '../../systems/read-only-switch/index.ts';
import { CodedError, messageOf } from '../../util/pure/coded-error.ts';
import { readUrl } from '../../util/pure/read-url.ts';

/** Which cache a run takes the registry to have. */
export interface ChosenCache {
  /** As `openDescriptorCache` takes it. */
  readonly cache: string;
  /** Which it is, and what says so, for the reader; without credentials. */
  readonly because: string;
  /** Why no run can be made with it. */
  readonly refusal?: CodedError;
}

interface Detected {
  readonly found: DetectedCache;
  /** What told it. */
  readonly by: string;
}

/**
 * Chooses: what is declared goes before what can be detected, by the registry's own configuration file and by the Deployment that is named for
 * switching or restarting it.
 *
 * @param setUpOf - as `readSetUp`
 * @throws CACHE_CONTRADICTED, CACHE_CONFIG_INVALID
 */
export async function chooseCache(
  { store }: Pick<Settings, 'store'>,
  setUpOf: (named: string) => Promise<DeployedSetUp | undefined>,
): Promise<ChosenCache> {
  const { cache } = store;
  const declared = cache === 'auto' || isRedacted(cache) ? undefined : cache;
  if (declared !== undefined && declared !== 'none') return { cache, because: `${wordsOf(cache)}, as declared` };
  const detected = await detect(store, setUpOf);
  if (declared === 'none') {
    if (detected !== undefined && (detected.found.kind === 'in-memory' || detected.found.kind === 'redis'))
      throw cacheFailure(
        'CACHE_CONTRADICTED',
        `choosing the registry’s cache: it is declared to have none, and ${detected.by} has ${nameOf(detected.found)}; nothing was done`,
      );
    return { cache, because: 'none, as declared' };
  }
  if (isRedacted(cache) && detected?.found.kind !== 'redis')
    return notWhole(wordsOf(cache), 'its password is not in the plan');
  if (detected === undefined) return assumed('nothing tells which the registry has');
  return chosenBy(detected);
}

function chosenBy({ found, by }: Detected): ChosenCache {
  switch (found.kind) {
    case 'unknown':
      return assumed(`${by} does not tell: ${found.why}`);
    case 'redis':
      if (found.address === undefined) return notWhole(found.shown, `by ${by}; ${found.why ?? ''}`);
      return { cache: found.address, because: `${found.shown}, by ${by}` };
    default:
      return { cache: found.kind, because: `${nameOf(found)}, by ${by}` };
  }
}

/** The most careful. */
function assumed(why: string): ChosenCache {
  return { cache: 'auto', because: `taken for in-memory: ${why}` };
}

/** A plan can be made as if it were in memory, which keeps more; a run could not make it forget. */
function notWhole(shown: string, why: string): ChosenCache {
  const refusal = cacheFailure(
    'CACHE_ADDRESS_UNKNOWN',
    `choosing the registry’s cache: it is ${shown}, which can not be reached (${why}); nothing was done`,
  );
  return { cache: UNREACHED, because: `${shown}, which a run can not reach yet: ${why}`, refusal };
}

/** Undefined where nothing is named that could tell. */
async function detect(
  { registryConfig, readOnlySwitch, restartRegistry }: Settings['store'],
  setUpOf: (named: string) => Promise<DeployedSetUp | undefined>,
): Promise<Detected | undefined> {
  const file = registryConfig === undefined ? undefined : await readConfigFile(registryConfig);
  const named = [readOnlySwitch, restartRegistry].find((one) => one !== 'manual');
  const deployed = named === undefined ? undefined : await seen(named, setUpOf);
  if (deployed === undefined && file === undefined) return undefined;
  if (typeof deployed === 'string' && file === undefined)
    return { found: { kind: 'unknown', why: deployed }, by: named ?? '' };
  const setUp = typeof deployed === 'object' ? deployed : undefined;
  const config = setUp?.config ?? file;
  const by = [
    ...(config !== undefined && setUp?.config === undefined ? [`${registryConfig}`] : []),
    ...(setUp === undefined ? [] : [setUp.name]),
  ].join(' and ');
  try {
    const found = detectCache({
      ...(config === undefined ? {} : { config }),
      ...{ env: setUp?.env ?? {}, unseen: setUp?.unseen ?? ['*'] },
    });
    const but = setUp === undefined && found.kind !== 'unknown' ? ' (variables of its environment are not seen)' : '';
    return { found, by: `${by}${but}` };
  } catch (error) {
    throw cacheFailure('CACHE_CONFIG_INVALID', `reading the registry’s configuration in ${by}: ${messageOf(error)}`);
  }
}

/** A cluster that does not answer tells nothing; what else it is needed for will say so. */
async function seen(
  named: string,
  setUpOf: (named: string) => Promise<DeployedSetUp | undefined>,
): Promise<DeployedSetUp | string | undefined> {
  try {
    return await setUpOf(named);
  } catch (error) {
    if (error instanceof CodedError) return error.message;
    throw error;
  }
}

async function readConfigFile(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw cacheFailure('CACHE_CONFIG_INVALID', `reading the registry’s configuration in ${path}: ${messageOf(error)}`);
  }
}

function nameOf(found: DetectedCache): string {
  if (found.kind === 'redis') return found.shown;
  return found.kind === 'none' ? 'none' : 'a cache in memory';
}

function wordsOf(cache: string): string {
  const address = readUrl(cache);
  return address === undefined || address.host === '' ? cache : `redis ${address.host}${address.pathname}`;
}

const REDACTED = '***';
const UNREACHED = `redis://:${REDACTED}@unknown`;

/** As a plan has it that holds no password. */
export function redactedCache(cache: string): string {
  const address = readUrl(cache);
  if (address === undefined || address.password === '') return cache;
  address.password = REDACTED;
  return address.href;
}

/** A Redis that can't be reached with what is known of it. */
export function isRedacted(cache: string): boolean {
  return readUrl(cache)?.password === REDACTED;
}
