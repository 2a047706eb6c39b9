import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Digest } from '../../src/oci/digest.ts';
import { blobPath, layerLinkPath, storeRoot } from '../../src/oci/distribution-layout.ts';
import type { DescriptorCache } from '../../src/systems/descriptor-cache/contract.ts';
import { openDescriptorCache } from '../../src/systems/descriptor-cache/index.ts';
import { openRegistry } from '../../src/systems/registry/index.ts';
import { diskTiming, openDisk, planDisk, runOnDisk } from '../support/disk-store.ts';
import { type Distribution, describeDistributions } from '../support/distributions.ts';
import { type DockerRegistry, startDockerRegistry } from '../support/docker-registry.ts';
import { type PushedImage, pushBlob, pushImage, pushManifest } from '../support/push-image.ts';
import { type RedisServer, startRedisServer } from '../support/redis-server.ts';
import { brokenParts } from '../support/registry-view.ts';
import { applyToStore, type StoreRig, storeRig, undoOnStore } from '../support/store-rig.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

const { signal } = new AbortController();

/** What a client sees of a blob. */
async function head(server: DockerRegistry, repository: string, digest: string): Promise<number> {
  return (await fetch(`${server.url}/v2/${repository}/blobs/${digest}`, { method: 'HEAD' })).status;
}

function imageOver(config: PushedImage['config'], layers: PushedImage['layers']): Record<string, unknown> {
  return { schemaVersion: 2, mediaType: 'application/vnd.oci.image.manifest.v1+json', config, layers };
}

interface Scene {
  readonly servers: readonly DockerRegistry[];
  readonly rig: StoreRig;
  readonly folder: string;
  readonly redis?: RedisServer;
}

async function scene(distribution: Distribution, kind: DescriptorCache['kind'], count: number): Promise<Scene> {
  const folder = makeTempFolder('storage');
  for (const part of ['blobs', 'repositories']) mkdirSync(join(storeRoot(folder), part), { recursive: true });
  const redis = kind === 'redis' ? await startRedisServer() : undefined;
  const options = { distribution, folder, cache: redis ?? (kind === 'none' ? 'none' : 'inmemory') } as const;
  const servers: DockerRegistry[] = [];
  for (let n = 0; n < count; n += 1) servers.push(await startDockerRegistry(options));
  const replicas = await Promise.all(servers.map(({ url }) => openRegistry({ url }, signal)));
  const cache = await openDescriptorCache(redis?.url ?? kind);
  return { servers, folder, rig: storeRig(await openDisk(folder), { replicas, cache }), ...(redis && { redis }) };
}

describeDistributions('A run beside Distribution', ['redis-server'], (distribution) => {
  describe.each([
    ['without a cache', 'none', 1],
    ['with a cache in memory', 'in-memory', 1],
    ['as two servers, each with a cache in memory', 'in-memory', 2],
    ['with a cache in Redis', 'redis', 2],
  ] as const)('%s', (_, kind, count) => {
    let own: Scene;
    let kept: PushedImage;
    let garbage: PushedImage['config'];
    const layer = (digest: string) => blobPath(storeRoot(own.folder), digest as Digest);

    beforeEach(async () => {
      own = await scene(distribution, kind, count);
      const [server] = own.servers as [DockerRegistry];
      kept = await pushImage(server.url, 'app', { tag: 'v1', layers: ['base', 'code'] });
      await pushImage(server.url, 'team/app', { tag: 'v1', layers: ['base'] });
      garbage = await pushBlob(server.url, 'app', 'nobody needs this');
      await pushBlob(server.url, 'team/app', 'nobody needs this');
      for (const one of own.servers)
        for (const repository of ['app', 'team/app']) expect(await head(one, repository, garbage.digest)).toBe(200);
    });

    test('takes a blob away so that no server promises it, and it can be pushed again after its end', async () => {
      const { rig, servers, redis } = own;
      const [server] = servers as [DockerRegistry];
      const image = imageOver(kept.config, [{ ...garbage, mediaType: 'application/vnd.oci.image.layer.v1.tar' }]);

      const [first] = await runOnDisk(rig, 1, 1);
      expect(first).toMatchObject({ undone: [], tally: { done: 1 } });
      for (const one of servers)
        for (const repository of ['app', 'team/app']) expect(await head(one, repository, garbage.digest)).toBe(404);
      await expect(pushManifest(server.url, 'app', image, 'v2')).rejects.toThrow(/MANIFEST_BLOB_UNKNOWN/);
      expect(existsSync(layer(garbage.digest))).toBe(true);

      await runOnDisk(rig, 2, 1);
      expect(existsSync(layer(garbage.digest))).toBe(false);
      await runOnDisk(rig, 3, 1);
      expect(await rig.store.pending(signal)[Symbol.asyncIterator]().next()).toMatchObject({ done: true });
      if (redis !== undefined) expect((await redis.keys()).filter((key) => key.includes(garbage.digest))).toEqual([]);

      await pushBlob(server.url, 'app', 'nobody needs this');
      await pushManifest(server.url, 'app', image, 'v2');
      // The blob is in the cache again: that brings no link of another repository back to life.
      for (const one of servers) expect(await head(one, 'team/app', garbage.digest)).toBe(404);
      for (const one of servers) expect(await brokenParts(one.url, ['app:v1', 'app:v2', 'team/app:v1'])).toEqual([]);
    });

    test('leaves alone what is pushed between the plan and its application', async () => {
      const { rig, servers } = own;
      const [server] = servers as [DockerRegistry];
      const plan = await planDisk(rig.store, 'run-1');
      const config = await pushBlob(server.url, 'app', '{"os":"linux"}');
      // HEAD says 200, so the client does not send the layer: nothing on the disk tells of it but the manifest.
      expect(await head(server, 'app', garbage.digest)).toBe(200);
      await pushManifest(server.url, 'app', imageOver(config, [garbage]), 'v2');

      const report = await applyToStore(rig, plan, { timing: diskTiming });

      expect(report.undone).toMatchObject([{ outcome: { guard: 'in-use-again' } }]);
      for (const one of servers) expect(await brokenParts(one.url, ['app:v1', 'app:v2'])).toEqual([]);
    });

    test('is undone, so that every server serves the blob as before', async () => {
      const { rig, servers, folder } = own;
      await runOnDisk(rig, 1, 2);
      expect(existsSync(layer(garbage.digest))).toBe(false);
      const problems = [...(await undoOnStore(rig, 'run-2')).problems, ...(await undoOnStore(rig, 'run-1')).problems];

      expect(problems).toEqual([]);
      expect(existsSync(layerLinkPath(storeRoot(folder), 'app', garbage.digest as Digest))).toBe(true);
      for (const one of servers)
        for (const repository of ['app', 'team/app']) expect(await head(one, repository, garbage.digest)).toBe(200);
    });
  });

  test('leaves a blob linked and pullable that is mounted into another repository between the plan and its application', async () => {
    const { rig, servers } = await scene(distribution, 'in-memory', 2);
    const [server] = servers as [DockerRegistry];
    const { config } = await pushImage(server.url, 'app', { tag: 'v1' });
    await pushImage(server.url, 'tool', { tag: 'v1' });
    const garbage = await pushBlob(server.url, 'app', 'nobody needs this');
    const plan = await planDisk(rig.store, 'run-1');
    expect(plan.actions).toMatchObject([{ do: 'unlink-blob', repositories: ['app'] }]);

    const mount = `${server.url}/v2/tool/blobs/uploads/?mount=${garbage.digest}&from=app`;
    expect((await fetch(mount, { method: 'POST' })).status).toBe(201);
    await applyToStore(rig, plan, { timing: diskTiming });

    // The link that the plan knew may go; the one that the client counts on is another.
    for (const one of servers) expect(await head(one, 'tool', garbage.digest)).toBe(200);
    await pushManifest(server.url, 'tool', imageOver(config, [garbage]), 'v2');
    await runOnDisk(rig, 2, 3);
    for (const one of servers) expect(await brokenParts(one.url, ['app:v1', 'tool:v1', 'tool:v2'])).toEqual([]);
  });

  test('in read-only mode takes all steps at once, and is refused in any other', async () => {
    const { rig, servers, folder } = await scene(distribution, 'in-memory', 2);
    const [server] = servers as [DockerRegistry];
    await pushImage(server.url, 'app', { tag: 'v1' });
    const garbage = await pushBlob(server.url, 'app', 'nobody needs this');
    await server.restart({ readOnly: true });
    const plan = await planDisk(rig.store, 'run-1', {}, true);
    expect(plan.actions.map((action) => action.do)).toEqual(['unlink-blob', 'hide-blob', 'purge-blob']);

    const options = { mode: 'read-only', timing: diskTiming } as const;
    await expect(applyToStore(rig, plan, options)).rejects.toMatchObject({ code: 'HARD_PRUNE_NOT_READ_ONLY' });
    await servers[1]?.restart({ readOnly: true });
    const report = await applyToStore(rig, plan, options);

    expect(report).toMatchObject({ undone: [], tally: { done: 3 } });
    expect(existsSync(blobPath(storeRoot(folder), garbage.digest as Digest))).toBe(false);
    expect(existsSync(join(folder, '.winnow', 'quarantine', 'run-1', 'sha256'))).toBe(false);
    await server.restart({ readOnly: false });
    await pushBlob(server.url, 'app', 'nobody needs this');
    expect(await brokenParts(server.url, ['app:v1'])).toEqual([]);
  });
});
