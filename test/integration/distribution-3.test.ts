import { expect, test } from 'vitest';
import type { Digest } from '../../src/oci/digest.ts';
import { openDescriptorCache } from '../../src/systems/descriptor-cache/index.ts';
import { openRegistry } from '../../src/systems/registry/index.ts';
import { describeDistribution3 } from '../support/distributions.ts';
import { startDockerRegistry } from '../support/docker-registry.ts';
import { pushBlob } from '../support/push-image.ts';
import { startRedisServer } from '../support/redis-server.ts';

/*
 * What version 3 does otherwise than 2.8, and that Winnow knows it. What holds for both is in `registry-contract`, `hard-prune-registry` and
 * `push-after-collect`; its collector in `registry-collector-bugs-3`.
 */

const { signal } = new AbortController();

async function head(url: string, repository: string, digest: string): Promise<number> {
  return (await fetch(`${url}/v2/${repository}/blobs/${digest}`, { method: 'HEAD' })).status;
}

describeDistribution3('Distribution 3', ['redis-server'], (distribution) => {
  test('fails to remove a link that another server has removed, and forgets it: for Winnow it is gone', async () => {
    const one = await startDockerRegistry({ distribution, cache: 'inmemory' });
    const other = await startDockerRegistry({ distribution, cache: 'inmemory', folder: one.folder });
    const [first, second] = [await openRegistry(one, signal), await openRegistry(other, signal)];
    for (const content of ['a layer', 'another layer']) {
      const { digest } = await pushBlob(one.url, 'app', content);
      for (const { url } of [one, other]) expect(await head(url, 'app', digest)).toBe(200);
      expect(await first.deleteBlob('app', digest as Digest, signal)).toBe('deleted');
      expect([await head(one.url, 'app', digest), await head(other.url, 'app', digest)]).toEqual([404, 200]);

      if (content === 'a layer') {
        const { status } = await fetch(`${other.url}/v2/app/blobs/${digest}`, { method: 'DELETE' });
        expect(status).toBe(500);
      } else expect(await second.deleteBlob('app', digest as Digest, signal)).toBe('absent');
      expect(await head(other.url, 'app', digest)).toBe(404);
    }
  });

  test('keeps a deleted link in Redis, up to 3.0; what Winnow makes it forget does not come alive again', async () => {
    const redis = await startRedisServer();
    const { url } = await startDockerRegistry({ distribution, cache: redis });
    const { digest } = await pushBlob(url, 'app', 'a layer');
    await pushBlob(url, 'other', 'a layer');
    for (const repository of ['app', 'other']) expect(await head(url, repository, digest)).toBe(200);
    const cache = await openDescriptorCache(redis.url);
    /** The other repository brings the blob back into the cache. */
    const afterTheOther = async () => [await head(url, 'other', digest), await head(url, 'app', digest)];

    await (await openRegistry({ url }, signal)).deleteBlob('app', digest as Digest, signal);
    expect(await head(url, 'app', digest)).toBe(404);
    expect(await afterTheOther()).toEqual([200, distribution.version.startsWith('v3.0.') ? 200 : 404]);

    await cache.forgetLinks([{ repository: 'app', digest: digest as Digest }], signal);
    expect(await afterTheOther()).toEqual([200, 404]);
    await cache.forgetBlobs([digest as Digest], signal);
    expect((await redis.keys()).filter((key) => key.startsWith('blobs::'))).toEqual([]);
    await cache.close();
  });
});
