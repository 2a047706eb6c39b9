import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type KubeApiServer, startKubeApiServer } from '../support/kube-api-server/kube-api-server.ts';
import { describeReal } from '../support/requirements.ts';
import { runCli, spawnCli } from '../support/run-cli.ts';
import { type BuiltStore, buildStore, image } from '../support/store-world/index.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

describeReal('hard-prune of untagged manifests, with a cluster that may use them', ['openssl'], () => {
  let cluster: KubeApiServer;
  let store: BuiltStore;
  let home: string;
  let base: readonly string[];

  beforeAll(async () => {
    cluster = await startKubeApiServer();
  });
  afterAll(() => cluster.stop());

  /** `R` and `U` are untagged; a pod that was started from a tag which has moved since runs `R`. */
  beforeEach(() => {
    const dir = join(makeTempFolder('hard-prune'), 'registry');
    store = buildStore(dir, {
      manifests: { A: image(['x', 'y']), R: image(['r', 'x']), U: image(['u', 'x']) },
      repositories: { app: { tags: { v1: 'A' }, untagged: ['R', 'U'] } },
    });
    home = makeTempFolder('home');
    const config = join(home, 'winnow.yaml');
    writeFileSync(config, `clusters: ['kubernetes:${cluster.kubeconfig}']\n`);
    base = [
      ...['hard-prune', '--config', config, '--store', `distribution-fs:${dir}`, '--cache', 'none'],
      ...['--delete-untagged', '--max-delete-ratio', '1'],
    ];
    cluster.put(pod('web', 'registry.example/app:v1', `mirror.example/app@${store.digest('R')}`));
    cluster.faults.splice(0);
    cluster.remove('Pod', 'shop', 'late');
  });

  const pod = (name: string, image: string, imageID: string) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'shop', creationTimestamp: '2024-01-01T00:00:00Z' },
    spec: { containers: [{ name: 'app', image }] },
    status: { phase: 'Running', containerStatuses: [{ name: 'app', image, imageID }] },
  });
  const run = (...args: readonly string[]) => runCli([...base, ...args], { home });
  const stays = () => ['R', 'U'].map((name) => existsSync(store.revisionLink('app', name)));

  test('what a pod runs stays with its layers, and the dry run tells why', async () => {
    const { code, stdout } = await run('-o', 'json');
    const { actions, clusters, keptByReason } = JSON.parse(stdout);
    expect(actions.filter((one: { do: string }) => one.do === 'delete-manifest')).toMatchObject([
      { digest: store.digest('U') },
    ]);
    expect(actions.map(({ digest }: { digest: string }) => digest)).not.toContain(store.digest('r'));
    expect([code, clusters, keptByReason.held]).toEqual([0, [`kubernetes:${cluster.kubeconfig}?name=kubernetes`], 1]);

    const running = spawnCli([...base, '--confirm'], { home });
    await expect.poll(stays, { timeout: 30_000 }).toEqual([true, false]);
    running.kill('SIGTERM'); // it would wait for requests that are under way
    await running.exited;
    expect(stays()).toEqual([true, false]);
    expect(existsSync(store.layerLink('app', 'r'))).toBe(true);
  });

  test('nothing untagged goes while the cluster can not be asked in full, and the exit code says so', async () => {
    cluster.faults.push({ on: /^GET \/api\/v1\/pods/, status: 403, reason: 'Forbidden', message: 'no' });
    const { code, stdout } = await run('--confirm');
    expect(stays()).toEqual([true, true]);
    expect(code).toBe(5);
    expect(stdout).toContain('NOTHING TO DO');

    const unasked = await run('--no-clusters');
    expect([unasked.code, unasked.stdout.includes('no cluster: what runs is not known')]).toEqual([0, true]);
  });

  test('the cluster is asked again when a saved plan is applied: what came meanwhile stays, or all if it does not answer', async () => {
    const plan = join(home, 'plan.jsonl');
    await run('--plan-out', plan);
    cluster.faults.push({ on: /^GET \/api/, status: 403, reason: 'Forbidden', message: 'no more' });
    expect((await runCli(['apply', plan, '--confirm'], { home })).code).toBe(5);
    expect(stays()).toEqual([true, true]);

    cluster.faults.splice(0);
    cluster.put(pod('late', 'registry.example/app:v1', `registry.example/app@${store.digest('U')}`));
    const { stdout } = await runCli(['apply', plan, '--confirm', '-o', 'json'], { home });
    expect(stdout).toContain('in-use-again');
    expect(stays()).toEqual([true, true]);
  });
});
