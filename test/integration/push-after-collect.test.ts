import { existsSync, mkdirSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Digest } from '../../src/oci/digest.ts';
import { blobPath, storeRoot } from '../../src/oci/distribution-layout.ts';
import type { DescriptorCache } from '../../src/systems/descriptor-cache/contract.ts';
import { openDescriptorCache } from '../../src/systems/descriptor-cache/index.ts';
import { openRegistry } from '../../src/systems/registry/index.ts';
import { openDisk, runOnDisk } from '../support/disk-store.ts';
import { type Distribution, describeDistributions } from '../support/distributions.ts';
import { type DockerRegistry, startDockerRegistry } from '../support/docker-registry.ts';
import { type PushedImage, pushImage } from '../support/push-image.ts';
import { startRedisServer } from '../support/redis-server.ts';
import { brokenParts } from '../support/registry-view.ts';
import { skopeo } from '../support/skopeo.ts';
import { type StoreRig, storeRig, undoOnStore } from '../support/store-rig.ts';
import { listFiles } from '../support/store-world/index.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

/*
 * What a client meets that pushes an image again, bit by bit the same, of which everything was collected: two servers over one storage, Winnow
 * told of both, the push to one and the pull from each.
 */

const { signal } = new AbortController();

interface Scene {
  readonly servers: readonly [DockerRegistry, DockerRegistry];
  readonly rig: StoreRig;
  readonly folder: string;
}

async function twoServers(distribution: Distribution, kind: DescriptorCache['kind']): Promise<Scene> {
  const folder = makeTempFolder('storage');
  for (const part of ['blobs', 'repositories']) mkdirSync(join(storeRoot(folder), part), { recursive: true });
  const redis = kind === 'redis' ? await startRedisServer() : undefined;
  const cached = redis ?? (kind === 'in-memory' ? 'inmemory' : 'none');
  const start = () => startDockerRegistry({ distribution, folder, cache: cached });
  const servers = [await start(), await start()] as const;
  const replicas = await Promise.all(servers.map(({ url }) => openRegistry({ url }, signal)));
  const cache = await openDescriptorCache(redis?.url ?? kind);
  return { servers, folder, rig: storeRig(await openDisk(folder), { replicas, cache }) };
}

const layers = ['first', 'second'].map((name) => gzipSync(`the files of the ${name} layer`));

/** Digests of all that an image is made of. */
function partsOf({ digest, config, layers: pushed }: PushedImage): readonly string[] {
  return [digest, config.digest, ...pushed.map((layer) => layer.digest)];
}

function dataLeft(folder: string, digests: readonly string[]): readonly string[] {
  return digests.filter((digest) => existsSync(blobPath(storeRoot(folder), digest as Digest)));
}

/** As if all of it had been pushed so much earlier. */
function makeOlder(folder: string, ageMs: number): void {
  const time = new Date(Date.now() - ageMs);
  for (const path of listFiles(folder)) utimesSync(join(folder, path), time, time);
}

/** Asks for everything from every server, as clients do, so that it is in their caches. */
async function warmUp({ servers }: Scene, repository: string, image: PushedImage): Promise<void> {
  for (const { url } of servers)
    expect(await brokenParts(url, [`${repository}@${image.digest}`, `${repository}:v1`])).toEqual([]);
}

describeDistributions('A push by skopeo to Distribution', ['redis-server', 'skopeo'], (distribution) => {
  describe.each(['none', 'in-memory', 'redis'] as const)('with the cache %s', (kind) => {
    let scene: Scene;
    let image: PushedImage;
    let copy: string;

    beforeEach(async () => {
      scene = await twoServers(distribution, kind);
      const [{ url, host }] = scene.servers;
      await pushImage(url, 'other', { tag: 'v1' });
      image = await pushImage(url, 'app', { tag: 'v1', layers, label: 'app' });
      copy = `dir:${makeTempFolder('image')}`;
      await skopeo('copy', `docker://${host}/app:v1`, copy);
      await warmUp(scene, 'app', image);
      await fetch(`${url}/v2/app/manifests/${image.digest}`, { method: 'DELETE' });
    });

    test.each([
      ['unlinked', 1],
      ['hidden', 2],
      ['gone for good', 3],
    ])('of an image whose parts are %s succeeds, and it can be pulled from every server', async (_, runs) => {
      const { rig, servers, folder } = scene;
      await runOnDisk(rig, 1, runs);
      // A server that remembers a manifest would not write it again: in-memory caches can't be told, so its data stays.
      const staying = kind === 'in-memory' ? [image.digest] : [];
      expect(dataLeft(folder, partsOf(image))).toEqual(runs === 1 ? partsOf(image) : staying);

      await skopeo('copy', '--preserve-digests', copy, `docker://${servers[1].host}/app:v1`);

      const pullFromAll = async () => {
        for (const { url, host } of servers) {
          expect(await brokenParts(url, ['app:v1', `app@${image.digest}`, 'other:v1'])).toEqual([]);
          await skopeo('copy', `docker://${host}/app:v1`, `dir:${makeTempFolder('pulled')}`);
        }
      };
      await pullFromAll();
      await runOnDisk(rig, 10, 3); // what was on its way out is not any more
      await pullFromAll();
    });
  });

  test('is not needed where the run is undone after hiding: the image is pulled by its digest as before', async () => {
    const scene = await twoServers(distribution, 'in-memory');
    const { rig, servers, folder } = scene;
    const image = await pushImage(servers[0].url, 'app', { layers, label: 'untagged' });
    await pushImage(servers[0].url, 'app', { tag: 'v1', label: 'tagged' });
    await warmUp(scene, 'app', image);
    makeOlder(folder, 3_600_000);
    await runOnDisk(rig, 1, 2, { deleteUntagged: true });
    expect(dataLeft(folder, partsOf(image))).toEqual([image.digest]);
    await expect(skopeo('inspect', `docker://${servers[1].host}/app@${image.digest}`)).rejects.toThrow(/unknown/);

    for (const run of ['run-2', 'run-1']) expect((await undoOnStore(rig, run)).problems).toEqual([]);

    for (const { host, url } of servers) {
      expect(await brokenParts(url, [`app@${image.digest}`, 'app:v1'])).toEqual([]);
      await skopeo('copy', `docker://${host}/app@${image.digest}`, `dir:${makeTempFolder('pulled')}`);
    }
  });
});
