import { expect, test } from 'vitest';
import { openDescriptorCache } from './index.ts';

test.each([
  ['none', 'none', 'no cache'],
  ['in-memory', 'in-memory', 'a cache in the memory of each server'],
  ['auto', 'in-memory', 'a cache in the memory of each server'],
  ['redis://:secret@cache.test:6380/2', 'redis', 'redis cache.test:6380/2'],
  ['rediss://user:secret@cache.test', 'redis', 'redis cache.test'],
])('a cache declared as %s is %s', async (declared, kind, name) => {
  const cache = await openDescriptorCache(declared);
  await cache.close();

  expect(cache).toMatchObject({ kind, name });
});

test.each(['inmemory', 'http://cache.test', 'redis:', '', 'redis://:secret@/1'])(
  'a cache declared as %j is refused, and no password is repeated',
  async (declared) => {
    const refusal = openDescriptorCache(declared);

    await expect(refusal).rejects.toMatchObject({ code: 'CACHE_SETTINGS_INVALID' });
    await expect(refusal).rejects.not.toThrow(/secret/);
  },
);

test('a Redis that does not answer is told by its address, without the password', async () => {
  const cache = await openDescriptorCache('redis://:secret@127.0.0.1:1/0');
  const forgetting = cache.forgetBlobs([`sha256:${'a'.repeat(64)}`], new AbortController().signal);

  await expect(forgetting).rejects.toMatchObject({
    code: 'CACHE_UNREACHABLE',
    message: expect.stringMatching(/^forgetting 1 blobs in redis 127\.0\.0\.1:1\/0: .*ECONNREFUSED/),
  });
  await cache.close();
});

test('what an aborted signal stops is not told as a failure of the cache', async () => {
  const cache = await openDescriptorCache('redis://127.0.0.1:1/0');
  const reason = new Error('stopped by the test');

  await expect(cache.forgetLinks([], AbortSignal.abort(reason))).rejects.toBe(reason);
  await cache.close();
});
