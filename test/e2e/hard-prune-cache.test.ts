import { existsSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Digest } from '../../src/oci/digest.ts';
import { blobPath, layerLinkPath, storeRoot } from '../../src/oci/distribution-layout.ts';
import { startDockerRegistry } from '../support/docker-registry.ts';
import { startKubeApiServer } from '../support/kube-api-server/kube-api-server.ts';
import { pushBlob, pushImage } from '../support/push-image.ts';
import { startRedisServer } from '../support/redis-server.ts';
import { describeReal } from '../support/requirements.ts';
import { runCli, spawnCli } from '../support/run-cli.ts';
import { buildStore, image } from '../support/store-world/index.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

function configWith(text: string): string {
  const file = join(makeTempFolder('registry-config'), 'config.yml');
  writeFileSync(file, text);
  return file;
}

describeReal('hard-prune, by the cache that the registry itself is set up with', ['openssl'], () => {
  test('a dry run says which it is and why, and that there is none is refused where there is one', async () => {
    const dir = join(makeTempFolder('hard-prune'), 'registry');
    buildStore(dir, {
      manifests: { A: image(['x']) },
      repositories: { app: { tags: { v1: 'A' } } },
      orphans: ['o'],
    });
    const store = ['hard-prune', '--store', `distribution-fs:${dir}`];
    const config = configWith('storage: {cache: {blobdescriptor: inmemory}}\n');
    const cluster = await startKubeApiServer();
    const env = [{ name: 'REGISTRY_STORAGE_CACHE_BLOBDESCRIPTOR', value: '' }];
    cluster.put({
      ...{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { namespace: 'apps', name: 'registry' } },
      spec: { template: { spec: { containers: [{ name: 'registry', env }] } } },
    });
    const deployed = ['--restart-registry', 'deployment:apps/registry', '--kubeconfig', cluster.kubeconfig];

    const [byFile, byDeployment, refused] = await Promise.all([
      runCli([...store, '--registry-config', config]),
      runCli([...store, ...deployed, '-o', 'json']),
      runCli([...store, '--registry-config', config, '--cache', 'none', '--confirm']),
    ]);

    expect(byFile.stdout).toContain(`a cache in memory, by ${config} (variables of its environment are not seen)`);
    expect(JSON.parse(byDeployment.stdout).cache).toBe('none, by deployment apps/registry');
    expect([refused.code, refused.stderr.includes('CACHE_CONTRADICTED')]).toEqual([2, true]);
    expect(existsSync(join(dir, '.winnow'))).toBe(false);
  });
});

describeReal('hard-prune, with a Redis that its registry names', ['docker-registry', 'redis-server'], () => {
  test('makes it forget links, and does nothing where it refuses', async () => {
    const folder = makeTempFolder('storage');
    for (const part of ['blobs', 'repositories']) mkdirSync(join(storeRoot(folder), part), { recursive: true });
    const redis = await startRedisServer();
    const server = await startDockerRegistry({ folder, cache: redis });
    await pushImage(server.url, 'app', { tag: 'v1' });
    const garbage = (await pushBlob(server.url, 'app', 'nobody needs this')).digest as Digest;
    const link = layerLinkPath(storeRoot(folder), 'app', garbage);
    const longAgo = Date.now() / 1000 - 30 * 24 * 3600;
    for (const path of [blobPath(storeRoot(folder), garbage), link]) utimesSync(path, longAgo, longAgo);
    const configured = (password: string) =>
      configWith(
        `storage: {cache: {blobdescriptor: redis}}\nredis: {addr: '${redis.addr}', password: '${password}'}\n`,
      );
    const run = (config: string) =>
      spawnCli([
        ...['hard-prune', '--store', `distribution-fs:${folder}`, '--registry', server.url, '--confirm'],
        ...['--registry-config', config],
      ]);
    const remembered = `repository::app::blobs::${garbage}`;
    expect(await redis.keys()).toContain(remembered);

    const refused = await run(configured('wrong')).exited;
    expect([refused.code, refused.stderr.includes('CACHE_UNREACHABLE')]).toEqual([1, true]);
    expect(existsSync(link)).toBe(true);

    const running = run(configured(redis.password));
    await expect.poll(() => existsSync(link), { timeout: 30_000 }).toBe(false);
    await expect.poll(redis.keys).not.toContain(remembered);
    running.kill('SIGTERM'); // it would wait for requests that are under way
    await running.exited;
    expect(await redis.keys()).not.toContain(remembered);
  });
});
