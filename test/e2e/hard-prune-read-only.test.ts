import { existsSync, mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import type { Digest } from '../../src/oci/digest.ts';
import { blobPath, layerLinkPath, storeRoot } from '../../src/oci/distribution-layout.ts';
import { type DockerRegistry, startDockerRegistry } from '../support/docker-registry.ts';
import { type FakeKubeApi, startFakeKubeApi } from '../support/fake-kube-api.ts';
import { pushBlob, pushImage } from '../support/push-image.ts';
import { brokenParts } from '../support/registry-view.ts';
import { describeReal } from '../support/requirements.ts';
import { runCli, spawnCli } from '../support/run-cli.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

let folder: string;
let server: DockerRegistry;
let cluster: FakeKubeApi;
let garbage: string;
let note: string;
/** Whether the registry refused an upload, each time after its Deployment was changed. */
let modes: boolean[];

/** A registry that the cluster’s Deployment is about: it is started again with the environment that the Deployment is given. */
async function scene(): Promise<void> {
  folder = makeTempFolder('storage');
  for (const part of ['blobs', 'repositories']) mkdirSync(join(storeRoot(folder), part), { recursive: true });
  server = await startDockerRegistry({ folder, cache: 'inmemory' });
  await pushImage(server.url, 'app', { tag: 'v1' });
  garbage = (await pushBlob(server.url, 'app', 'nobody needs this')).digest;
  note = join(folder, '.winnow', 'read-only.json');
  modes = [];
  cluster = await startFakeKubeApi();
  cluster.looksNeeded = 1;
  cluster.onChange = async (env) => {
    await server.restart({
      readOnly: false,
      env: Object.fromEntries(env.map(({ name, value = '' }) => [name, value])),
    });
    modes.push((await fetch(`${server.url}/v2/app/blobs/uploads/`, { method: 'POST' })).status === 405);
  };
  const longAgo = Date.now() / 1000 - 30 * 24 * 3600;
  for (const path of [blobPath(storeRoot(folder), garbage as Digest), linkOf(garbage)])
    utimesSync(path, longAgo, longAgo);
}

const linkOf = (digest: string) => layerLinkPath(storeRoot(folder), 'app', digest as Digest);
const flags = () => [
  ...['hard-prune', '--store', `distribution-fs:${folder}`, '--registry', server.url, '--mode', 'read-only'],
  ...['--read-only-switch', 'deployment:apps/registry/registry', '--kubeconfig', cluster.kubeconfig],
];
const allAtOnce = () => [...flags(), '--grace', '0s', '--hold', '0s', '--check-after', '0s', '--confirm'];

describeReal('hard-prune with a registry that it switches to read-only mode', ['docker-registry', 'openssl'], () => {
  beforeEach(scene);

  test('takes all steps at once, tells it to the sinks, and the registry takes pushes again after it', async () => {
    const events = join(makeTempFolder('events'), 'events.ndjson');
    const config = join(makeTempFolder('settings'), 'winnow.yaml');
    const home = makeTempFolder('home');
    writeFileSync(config, `events:\n  - {to: file, path: ${JSON.stringify(events)}}\n`);

    const done = await runCli([...allAtOnce(), '--config', config], { home });

    expect(done.stderr).toBe('');
    expect(done.code).toBe(0);
    expect(modes).toEqual([true, false]);
    expect([existsSync(blobPath(storeRoot(folder), garbage as Digest)), existsSync(note)]).toEqual([false, false]);
    expect(cluster.env).toEqual([{ name: 'OTHER', value: 'stays' }]);
    await pushBlob(server.url, 'app', 'nobody needs this');
    expect(await brokenParts(server.url, ['app:v1'])).toEqual([]);
    const event = JSON.parse(readFileSync(events, 'utf8'));
    expect(event).toMatchObject({
      ...{ type: 'hard_prune.summary', store: `distribution-fs:${folder}`, mode: 'apply', outcome: 'success' },
      steps: { blobs_unlinked: 1, blobs_hidden: 1, blobs_purged: 1 },
      totals: { skipped: 0, failed: 0 },
    });
    expect(event.totals.purged_bytes).toBeGreaterThan(0);
  });

  test('is restarted on request after a run in which somebody else had switched it', async () => {
    await server.restart({ readOnly: true });
    const restart = ['--restart-registry', 'deployment:apps/registry', '--kubeconfig', cluster.kubeconfig];
    const storage = ['hard-prune', '--store', `distribution-fs:${folder}`, '--registry', server.url];
    const at0s = ['--mode', 'read-only', '--grace', '0s', '--hold', '0s', '--check-after', '0s', '--confirm'];

    const done = await runCli([...storage, ...at0s, ...restart]);

    expect([done.code, done.stderr]).toEqual([0, 'restarting deployment apps/registry, and waiting for it\n']);
    expect(modes).toEqual([false]);
    expect(cluster.env).toEqual([{ name: 'OTHER', value: 'stays' }]);
    await pushBlob(server.url, 'app', 'nobody needs this');
    expect(await brokenParts(server.url, ['app:v1'])).toEqual([]);

    await server.restart({ readOnly: true });
    const idle = await runCli([...storage, ...at0s, ...restart]);
    expect([idle.code, idle.stderr, modes]).toEqual([0, '', [false]]); // nothing was done, so nothing is restarted
  });

  test('is put back by --restore-read-write when a run died in the midst of it', async () => {
    const home = makeTempFolder('home');
    cluster.looksNeeded = 1000;
    const killed = spawnCli(allAtOnce(), { home });
    await waitUntil(() => modes.length > 0 && cluster.asked.at(-1)?.startsWith('GET deployments') === true);
    killed.kill('SIGKILL');
    await killed.exited;
    expect([modes, existsSync(note)]).toEqual([[true], true]);
    cluster.looksNeeded = 1;

    const restored = await runCli([...flags(), '--restore-read-write', '-o', 'json'], { home });

    expect(JSON.parse(restored.stdout)).toMatchObject({ kind: 'ReadWrite', result: 'restored' });
    expect([restored.code, modes, existsSync(note)]).toEqual([0, [true, false], false]);
    expect(existsSync(blobPath(storeRoot(folder), garbage as Digest))).toBe(true);
    const again = await runCli([...flags(), '--restore-read-write'], { home });
    expect(again.stdout).toContain('Nothing to do');
    expect(again.code).toBe(0);
  });

  test('is left alone by a dry run', async () => {
    const { code, stdout } = await runCli([...flags(), '--grace', '0s', '--hold', '0s']);

    expect([code, modes, cluster.asked]).toEqual([0, [], ['GET deployments/registry']]); // which cache does it have?
    expect(stdout).toContain('Would delete 1 blobs\n');
  });
});

async function waitUntil(isSo: () => boolean): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (!isSo()) {
    if (Date.now() > deadline) throw new Error('it did not come to that within 30 s');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
