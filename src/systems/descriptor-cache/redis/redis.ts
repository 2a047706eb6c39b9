import { Redis } from 'ioredis';
import type { Digest } from '../../../oci/digest.ts';
import { CodedError, messageOf } from '../../../util/pure/coded-error.ts';
import { unlessAborted } from '../../../util/wait.ts';
import type { DescriptorCache, RememberedLink } from '../contract.ts';
import { type DescriptorCacheErrorCode, descriptorCacheErrors } from '../errors.ts';

/*
 * What Distribution (2.8 and 3) keeps in Redis. Nothing of it expires by itself.
 *
 *   blobs::<digest>                       hash: digest, size, media type; for all repositories
 *   repository::<name>::blobs             set of the digests that the repository may use
 *   repository::<name>::blobs::<digest>   hash: the media type in that repository
 *
 * Before 3.1.0 a DELETE of a blob removes the first alone: as soon as another repository has brought that back, the deleted link is
 * alive again. So all three go here, after the DELETE.
 *
 * https://github.com/distribution/distribution/blob/v2.8.3/registry/storage/cache/redis/redis.go
 */
const keys = {
  blob: (digest: Digest) => `blobs::${digest}`,
  links: (repository: string) => `repository::${repository}::blobs`,
  link: (repository: string, digest: Digest) => `repository::${repository}::blobs::${digest}`,
  allLinks: 'repository::*::blobs',
} as const;

/** Keys and members to a command: enough for few round trips, few enough for a server to answer others in between. */
const PER_COMMAND = 500;

/** A connection to a cache that several servers share. @param address - `redis://` or `rediss://`, with credentials if need be */
export function redisCache(address: URL): DescriptorCache {
  const name = `redis ${address.host}${address.pathname === '/' ? '' : address.pathname}`;
  let lastError: unknown;
  const redis = new Redis(address.href, {
    lazyConnect: true,
    connectTimeout: 10_000,
    commandTimeout: 30_000,
    maxRetriesPerRequest: 3,
  });
  // Told with the command that fails by it; without a listener it would be printed.
  redis.on('error', (error: unknown) => {
    lastError = error;
  });
  let sets: Promise<readonly string[]> | undefined;

  const told = async <T>(doing: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> => {
    try {
      return await unlessAborted(work(), signal);
    } catch (error) {
      signal.throwIfAborted();
      const code: DescriptorCacheErrorCode = 'CACHE_UNREACHABLE';
      const why = lastError === undefined ? messageOf(error) : `${messageOf(error)} (${messageOf(lastError)})`;
      throw new CodedError(code, `${doing} in ${name}: ${why}`, {
        hint: descriptorCacheErrors[code].hint,
        cause: error,
      });
    }
  };

  return {
    kind: 'redis',
    name,
    forgetLinks: (links, signal) =>
      told(`forgetting ${links.length} links`, signal, async () => {
        for (const part of inParts(links)) await forgetLinks(redis, part);
      }),
    forgetBlobs: (digests, signal) =>
      told(`forgetting ${digests.length} blobs`, signal, async () => {
        // A repository that comes later knows of none of these: their links are gone by now.
        sets ??= linkSets(redis);
        const known = await sets;
        for (const part of inParts(digests)) await forgetBlobs(redis, known, part);
      }),
    close: async () => redis.disconnect(),
  };
}

async function forgetLinks(redis: Redis, links: readonly RememberedLink[]): Promise<void> {
  const commands = redis.pipeline();
  for (const { repository, digest } of links) {
    commands.srem(keys.links(repository), digest);
    commands.del(keys.link(repository, digest), keys.blob(digest));
  }
  await all(commands);
}

async function forgetBlobs(redis: Redis, sets: readonly string[], digests: readonly Digest[]): Promise<void> {
  for (const part of inParts(sets)) {
    const commands = redis.pipeline();
    for (const set of part) commands.srem(set, ...digests);
    await all(commands);
  }
  await redis.del(...digests.map(keys.blob));
}

/** The sets of all repositories. Names have no colons, so nothing else fits the pattern. */
async function linkSets(redis: Redis): Promise<readonly string[]> {
  const found = new Set<string>();
  let cursor = '0';
  do {
    const [next, keysFound] = await redis.scan(cursor, 'MATCH', keys.allLinks, 'COUNT', 1000);
    for (const key of keysFound) found.add(key);
    cursor = next;
  } while (cursor !== '0');
  return [...found];
}

/** A pipeline's commands fail one by one, and it does not. */
async function all(commands: ReturnType<Redis['pipeline']>): Promise<void> {
  for (const [error] of (await commands.exec()) ?? []) if (error !== null) throw error;
}

function* inParts<T>(items: readonly T[]): Generator<readonly T[]> {
  for (let at = 0; at < items.length; at += PER_COMMAND) yield items.slice(at, at + PER_COMMAND);
}
