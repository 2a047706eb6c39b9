import { describe, expect, test } from 'vitest';
import type { Digest } from '../../src/oci/digest.ts';
import { registryContract } from '../../src/systems/registry/contract.suite.ts';
import { openRegistry } from '../../src/systems/registry/index.ts';
import { startDockerRegistry } from '../support/docker-registry.ts';
import { pushImage } from '../support/push-image.ts';
import { describeReal } from '../support/requirements.ts';

const { signal } = new AbortController();

describeReal('Distribution', ['docker-registry'], () => {
  registryContract('Distribution 2.8', async () => {
    const server = await startDockerRegistry();
    return openRegistry({ url: server.url }, signal);
  });

  registryContract('Distribution 2.8 with a cache', async () => {
    const server = await startDockerRegistry({ cache: 'inmemory' });
    return openRegistry({ url: server.url }, signal);
  });

  describe('Distribution 2.8 is probed', () => {
    test('as it is: deletes by digest only, has no Referrers API, and cuts its catalog', async () => {
      const server = await startDockerRegistry();
      await pushImage(server.url, 'a', { tag: 'v1' });
      await pushImage(server.url, 'b', { tag: 'v1' });
      const registry = await openRegistry({ url: server.url }, signal);
      expect(await registry.capabilities(signal)).toEqual({
        product: 'distribution',
        catalog: true,
        linkPagination: true,
        writable: true,
        deleteByDigest: true,
        deleteByTag: false,
        referrersApi: false,
      });
      expect(Math.abs((await registry.clockSkewMs(signal)) ?? Number.NaN)).toBeLessThan(2000);
      await registry.close();
    });

    test('empty, with nothing to probe on', async () => {
      const server = await startDockerRegistry();
      const registry = await openRegistry({ url: server.url }, signal);
      expect(await registry.capabilities(signal)).toMatchObject({ product: 'distribution', deleteByDigest: true });
      await registry.close();
    });

    test('with deletion disabled: it says so, and refuses', async () => {
      const server = await startDockerRegistry({ delete: false });
      const image = await pushImage(server.url, 'a', { tag: 'v1' });
      const registry = await openRegistry({ url: server.url }, signal);
      expect(await registry.capabilities(signal)).toMatchObject({
        writable: true,
        deleteByDigest: false,
        deleteByTag: false,
      });
      const refused = expect.objectContaining({ code: 'REGISTRY_UNSUPPORTED' });
      await expect(registry.deleteManifest('a', image.digest as Digest, signal)).rejects.toEqual(refused);
      await expect(registry.deleteTag('a', 'v1', signal)).rejects.toEqual(refused);
      expect(await registry.resolve('a', 'v1', signal)).toBeDefined();
      await registry.close();
    });

    test('in read-only mode: it says so, and refuses every write', async () => {
      const server = await startDockerRegistry();
      const image = await pushImage(server.url, 'a', { tag: 'v1' });
      await server.restart({ readOnly: true });
      const registry = await openRegistry({ url: server.url }, signal);
      expect(await registry.capabilities(signal)).toMatchObject({
        product: 'distribution',
        writable: false,
        deleteByDigest: false,
        deleteByTag: false,
      });
      const refused = expect.objectContaining({ code: 'REGISTRY_READ_ONLY' });
      await expect(registry.deleteManifest('a', image.digest as Digest, signal)).rejects.toEqual(refused);
      await expect(registry.deleteTag('a', 'v1', signal)).rejects.toEqual(refused);
      await expect(registry.putManifest('a', 'v2', image, signal)).rejects.toEqual(refused);
      await expect(registry.putBlob('a', Buffer.from('x'), signal)).rejects.toEqual(refused);
      await registry.close();
    });
  });
});
