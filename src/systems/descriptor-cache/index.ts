import { CodedError } from '../../util/pure/coded-error.ts';
import { readUrl } from '../../util/pure/read-url.ts';
import type { DescriptorCache } from './contract.ts';
import { type DescriptorCacheErrorCode, descriptorCacheErrors } from './errors.ts';
import { inMemoryCache } from './in-memory/in-memory.ts';
import { noCache } from './none/none.ts';

export { type DetectedCache, detectCache, type RegistrySetUp } from './detect.ts';

/** How a registry's cache can be declared, for settings and messages. */
export const descriptorCacheForms = ['auto', 'none', 'in-memory', 'redis://HOST:PORT/DB'] as const;

/**
 * The cache that a registry uses, as it was declared or detected. Nobody can ask a registry which it has: `auto`, which nothing could tell, is
 * taken for the one that can least be reached, in the memory of each server. A Redis is connected to when it is first told something.
 *
 * @throws CACHE_SETTINGS_INVALID
 */
export async function openDescriptorCache(declared: string): Promise<DescriptorCache> {
  if (declared === 'none') return noCache();
  if (declared === 'auto' || declared === 'in-memory') return inMemoryCache();
  const address = readUrl(declared);
  if (address === undefined || !isRedis(address) || address.hostname === '') throw invalid(declared);
  return (await import('./redis/redis.ts')).redisCache(address);
}

function isRedis({ protocol }: URL): boolean {
  return protocol === 'redis:' || protocol === 'rediss:';
}

/** What is wrong with a cache, and the next step. */
export function cacheFailure(code: DescriptorCacheErrorCode, message: string): CodedError<DescriptorCacheErrorCode> {
  return new CodedError(code, message, { hint: descriptorCacheErrors[code].hint });
}

function invalid(declared: string): CodedError<DescriptorCacheErrorCode> {
  const shown = /^[\w-]{1,40}$/.test(declared) ? declared : 'what was given';
  return cacheFailure('CACHE_SETTINGS_INVALID', `reading the registry’s cache: ${shown} is none that there is`);
}
