import { describe, expect, test } from 'vitest';
import type { Digest } from '../../src/oci/digest.ts';
import { registryContract } from '../../src/systems/registry/contract.suite.ts';
import { openRegistry } from '../../src/systems/registry/index.ts';
import { describeDistributions } from '../support/distributions.ts';
import { startDockerRegistry } from '../support/docker-registry.ts';
import { pushImage } from '../support/push-image.ts';

const { signal } = new AbortController();

describeDistributions('Distribution', [], (distribution) => {
  const byTag = distribution.major === 3;
  /** Up to 3.1.0 it removes tags with deletion disabled, too. */
  const byTagAnyway = /^v3\.(0\.|1\.0$)/.test(distribution.version);

  registryContract('It', async () => {
    const server = await startDockerRegistry({ distribution });
    return openRegistry({ url: server.url }, signal);
  });

  registryContract('With a cache it', async () => {
    const server = await startDockerRegistry({ distribution, cache: 'inmemory' });
    return openRegistry({ url: server.url }, signal);
  });

  describe('It is probed', () => {
    test('as it is: deletes by tag from version 3 on, has no Referrers API, and cuts its catalog', async () => {
      const server = await startDockerRegistry({ distribution });
      await pushImage(server.url, 'a', { tag: 'v1' });
      await pushImage(server.url, 'b', { tag: 'v1' });
      const registry = await openRegistry({ url: server.url }, signal);
      expect(await registry.capabilities(signal)).toEqual({
        product: 'distribution',
        catalog: true,
        linkPagination: true,
        writable: true,
        deleteByDigest: true,
        deleteByTag: byTag,
        referrersApi: false,
      });
      expect(Math.abs((await registry.clockSkewMs(signal)) ?? Number.NaN)).toBeLessThan(2000);
      await registry.close();
    });

    test('empty, with nothing to probe on', async () => {
      const server = await startDockerRegistry({ distribution });
      const registry = await openRegistry({ url: server.url }, signal);
      expect(await registry.capabilities(signal)).toMatchObject({ product: 'distribution', deleteByDigest: true });
      await registry.close();
    });

    test('with deletion disabled: it says so, and refuses', async () => {
      const server = await startDockerRegistry({ distribution, delete: false });
      const image = await pushImage(server.url, 'a', { tag: 'v1' });
      const registry = await openRegistry({ url: server.url }, signal);
      expect(await registry.capabilities(signal)).toMatchObject({
        writable: true,
        deleteByDigest: false,
        deleteByTag: byTagAnyway,
      });
      const refused = expect.objectContaining({ code: 'REGISTRY_UNSUPPORTED' });
      await expect(registry.deleteManifest('a', image.digest as Digest, signal)).rejects.toEqual(refused);
      if (!byTagAnyway) await expect(registry.deleteTag('a', 'v1', signal)).rejects.toEqual(refused);
      expect(await registry.resolve('a', 'v1', signal)).toBeDefined();
      await registry.close();
    });

    test.each([
      ['by its settings', { readOnly: true }],
      ['by the variable that Winnow sets', { env: { REGISTRY_STORAGE_MAINTENANCE_READONLY: '{"enabled":true}' } }],
    ])('in read-only mode %s: it says so, and refuses every write', async (_, readOnly) => {
      const server = await startDockerRegistry({ distribution });
      const image = await pushImage(server.url, 'a', { tag: 'v1' });
      await server.restart(readOnly);
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
      expect(await registry.isReadOnly(signal)).toBe(true);
      await registry.close();
    });

    test('not at all with the variable for read-only mode that is often recommended: it does not start', async () => {
      const env = { REGISTRY_STORAGE_MAINTENANCE_READONLY_ENABLED: 'true' };
      await expect(startDockerRegistry({ distribution, env })).rejects.toThrow(/readonly config key/);
    });
  });
});
