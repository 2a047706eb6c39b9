import { readUrl } from '../../util/pure/read-url.ts';
import { asMap, type ConfigMap, type RegistryConfig, readRegistryConfig } from './registry-config.ts';

/** What was seen of how a registry is set up. */
export interface RegistrySetUp {
  /** Its configuration file; absent: it could not be read. */
  readonly config?: string;
  /** Variables of its environment, by name. */
  readonly env: Readonly<Record<string, string>>;
  /** Names of variables whose values could not be seen; `*`: there may be any others. */
  readonly unseen: readonly string[];
}

/** Which cache a registry has, as far as can be told. */
export type DetectedCache =
  /** @property why - what was missing, in words */
  | { readonly kind: 'unknown'; readonly why: string }
  | { readonly kind: 'none' | 'in-memory' }
  | {
      readonly kind: 'redis';
      /** For messages: without credentials. */
      readonly shown: string;
      /** As `openDescriptorCache` takes it, with credentials; absent where it could not be told whole. */
      readonly address?: string;
      /** Why not. */
      readonly why?: string;
    };

const CACHE = 'REGISTRY_STORAGE_CACHE';
const KIND = `${CACHE}_BLOBDESCRIPTOR`;

/**
 * Tells which cache a registry has, by how it is set up. That there is none is only told where nothing could have been missed: a variable that was
 * not seen may add one.
 *
 * @throws Error for a configuration that can't be understood
 */
export function detectCache({ config, env, unseen }: RegistrySetUp): DetectedCache {
  const read = readRegistryConfig(config ?? '{}', env);
  const hidden = unseen.find((name) => isAbout(name, KIND) && !(KIND in env));
  if (hidden !== undefined) return { kind: 'unknown', why: `${hidden} could not be read` };
  const isTold = config !== undefined || KIND in env || CACHE in env;
  const kind = kindOf(read);
  if (kind === 'redis') return redisOf(read, unseen, config !== undefined);
  if (kind === 'in-memory') return { kind };
  if (!isTold) return { kind: 'unknown', why: 'its configuration file could not be read' };
  if (unseen.includes('*') && !(KIND in env))
    return { kind: 'unknown', why: 'its file has no cache, but a variable of its environment may add one' };
  return { kind };
}

/** Whether a variable sets something, or a part of it, or a map with it. */
function isAbout(name: string, setting: string): boolean {
  return name === setting || setting.startsWith(`${name}_`) || name === `${CACHE}_LAYERINFO`;
}

function kindOf({ storage }: RegistryConfig): 'none' | 'in-memory' | 'redis' {
  const cache = asMap(storage['cache']) ?? {};
  const said = 'blobdescriptor' in cache ? cache['blobdescriptor'] : cache['layerinfo'];
  if (said === 'redis') return 'redis';
  return said === 'inmemory' ? 'in-memory' : 'none';
}

function redisOf({ redis }: RegistryConfig, unseen: readonly string[], isFileSeen: boolean): DetectedCache {
  const hosts = hostsOf(redis);
  const db = redis['db'] ?? 0;
  const shown = `redis ${hosts.length === 0 ? 'at an address that could not be read' : hosts.join(', ')}`;
  const not = (why: string) => ({ kind: 'redis', shown, why }) as const;
  const hidden = unseen.find((name) => name.startsWith('REGISTRY_REDIS'));
  if (hidden !== undefined) return not(`${hidden} could not be read`);
  const [host] = hosts;
  if (host === undefined) return not('its address could not be read');
  if (!isFileSeen && !('password' in redis))
    return not('its password, if it has one, stands where it could not be read');
  if (hosts.length > 1 || textOf(redis['mastername']) !== '') return not('it is a cluster or has sentinels');
  const tls = asMap(redis['tls']) ?? {};
  if (textOf(tls['certificate']) !== '') return not('it wants a client certificate');
  const secure = Array.isArray(tls['rootcas']) && tls['rootcas'].length > 0;
  const address = readUrl(`${secure ? 'rediss' : 'redis'}://${host}/${String(db)}`);
  if (address === undefined || address.host === '') return not('its address is none that is understood');
  address.username = encodeURIComponent(textOf(redis['username']));
  address.password = encodeURIComponent(textOf(redis['password']));
  return { kind: 'redis', shown: `redis ${address.host}${address.pathname}`, address: address.href };
}

function hostsOf(redis: ConfigMap): readonly string[] {
  const { addr, addrs } = redis as { readonly addr?: unknown; readonly addrs?: unknown };
  const all = [...(Array.isArray(addrs) ? addrs : [addrs]), addr].map(textOf).filter((one) => one !== '');
  return [...new Set(all)];
}

function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}
