import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type CliOptions, runCli, spawnCli } from '../support/run-cli.ts';
import { makeTempFolder } from '../support/temp-folder.ts';
import { endPod, isOnNode, pushed, runPod, SOON } from './on-nodes.ts';
import { ownKubeconfig, registry, winnowImage } from './own-cluster.ts';
import { documentedRules, openWorkshop, type Workshop } from './workshop.ts';

const signal = () => AbortSignal.timeout(30_000);

/** The Job controller, the scheduler, a kubelet and a runtime: nothing here stands in for them. */
describe.skipIf(winnowImage === '')('winnow node-gc --all-nodes on a real node', () => {
  let shop: Workshop;
  let home: string;
  let settings: string;
  let fleet: readonly string[];
  const images: Record<string, string> = {};
  const options = (): CliOptions => ({ home, timeoutMs: 240_000 });
  const winnow = (...more: readonly string[]) => runCli([...fleet, ...more], options());
  const wouldGo = async (...more: readonly string[]): Promise<number> =>
    JSON.parse((await winnow('-o', 'json', ...more)).stdout).totals.removed.images;
  const namesOf = async (path: string) => {
    const { items } = await shop.api.get(shop.at(path), signal());
    return (items as readonly { readonly metadata: { readonly name: string } }[]).map(({ metadata }) => metadata.name);
  };
  const jobs = () => namesOf('/apis/batch/v1/namespaces/NS/jobs');
  const newJob = async (before: readonly string[]): Promise<string> => {
    const made = async () => (await jobs()).find((name) => !before.includes(name));
    await vi.waitFor(async () => expect(await made()).toBeDefined(), SOON);
    return (await made()) ?? '';
  };

  beforeAll(async () => {
    shop = await openWorkshop(ownKubeconfig());
    const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'winnow-node-gc' } };
    await shop.api.post(shop.at('/api/v1/namespaces/NS/serviceaccounts'), account, signal());
    const rules = documentedRules('node-gc-fleet.yaml');
    const kubeconfig = await shop.accountWith('fleet', rules, documentedRules('node-gc-fleet.yaml', 'Role'));
    home = makeTempFolder('home');
    settings = join(home, 'winnow.yaml');
    writeFileSync(
      settings,
      `lease: {kind: kubernetes, kubeconfig: ${kubeconfig}, ttl: 5s}\nnodeGc: {fleet: {ttlAfterFinished: 45s}}\n`,
    );
    fleet = [
      ...['node-gc', '--all-nodes', '--config', settings, '--kubeconfig', kubeconfig, '--fleet-image', winnowImage],
      ...['--fleet-namespace', shop.namespace, '--runtime', 'cri:///run/containerd/containerd.sock'],
      // No image goes but those of this test.
      ...['--min-pull-age', '0s', '--only', `**/${shop.namespace}/**`],
    ];
    for (const name of ['used', 'unused', 'late']) images[name] = (await pushed(shop, registry, name)).named;
    for (const [name, image] of Object.entries(images))
      await runPod(shop, name, { containers: [{ name: 'app', image }] });
    for (const name of ['unused', 'late']) await endPod(shop, name);
  });

  afterAll(() => shop?.close());

  test('without --confirm tells what would go, and nothing goes', async () => {
    // A pod that is gone leaves its container for a while, and that uses its image.
    await expect.poll(() => wouldGo(), SOON).toBe(2);
    const { code, stdout } = await winnow();

    expect(code).toBe(0);
    expect(stdout).toMatch(/^DRY RUN: nothing was removed\n/);
    expect(stdout).toMatch(/node-1 +success +0 +0 +2 /);
    expect(await isOnNode(shop, images['unused'] ?? '')).toBe(true);
  });

  test('with --confirm removes what no container uses, and the cluster removes its Jobs in the end', async () => {
    await expect.poll(() => wouldGo('--keep', '**/late:1'), SOON).toBe(1);
    const { code, stdout } = await winnow('--confirm', '--keep', '**/late:1');

    expect(code, stdout).toBe(0);
    expect(stdout).toMatch(/Removed 0 containers, 0 sandboxes, 1 images?; freed/);
    expect(stdout.trimEnd().split('\n').at(-1)).toBe('success ratio 1/1 (100 %)');
    expect(await isOnNode(shop, images['unused'] ?? '')).toBe(false);
    expect(await isOnNode(shop, images['used'] ?? '')).toBe(true);
    expect(await isOnNode(shop, images['late'] ?? '')).toBe(true);
    await expect.poll(jobs, SOON).toEqual([]);
  });

  test('a saved plan goes to its node as a file of the Job, which is gone with it', async () => {
    const { named: image } = await pushed(shop, registry, 'planned');
    await runPod(shop, 'planned', { containers: [{ name: 'app', image }] });
    await endPod(shop, 'planned');
    const file = join(home, 'nodes.jsonl');
    await expect.poll(() => wouldGo('--keep', '**/late:1', '--plan-out', file), SOON).toBe(1);

    const { code, stdout, stderr } = await runCli(['apply', file, '--confirm', '--config', settings], options());

    expect(code, `${stdout}${stderr}`).toBe(0);
    expect(await isOnNode(shop, image)).toBe(false);
    await expect
      .poll(() => namesOf('/api/v1/namespaces/NS/configmaps'), SOON)
      .not.toContainEqual(expect.stringMatching(/^node-gc-/));
  });

  test('a Job that hangs is ended by the cluster, and its node has failed', async () => {
    const entrypoint = ['/bin/busybox', 'sh', '-c', 'exec /bin/busybox sleep 1000'];
    const { named } = await pushed(shop, registry, 'hangs', { entrypoint });
    const { code, stdout } = await winnow('--deadline', '30s', '--fleet-image', named);

    expect(code).toBe(1);
    expect(stdout).toMatch(/node-1 +failed .*DeadlineExceeded/);
  });

  test('an image that no node can pull is told as what it is', async () => {
    const { code, stdout } = await winnow('--deadline', '30s', '--fleet-image', `${registry}/nothing/there:1`);

    expect(code).toBe(1);
    expect(stdout).toMatch(/DeadlineExceeded.*; before that: (ErrImagePull|ImagePullBackOff)/);
  });

  test('one that was killed is gone on with under the same name', async () => {
    const again = () => winnow('--fleet-run', 'again', '--confirm', '-o', 'wide');
    const before = await jobs();
    const first = spawnCli([...fleet, '--fleet-run', 'again', '--confirm'], options());
    const made = await newJob(before);
    first.kill('SIGKILL');
    await first.exited;

    // Until its lease is free it is taken to be alive.
    let last = await again();
    while (last.code === 4) last = await again();
    expect(last.code, `${last.stdout}${last.stderr}`).toBe(0);
    expect(last.stdout).toContain(made);
    expect((await jobs()).filter((name) => !before.includes(name))).toEqual([made]);
    expect(await isOnNode(shop, images['late'] ?? '')).toBe(false);
  });

  test('told to stop it waits for the Job in hand, and reports', async () => {
    const before = await jobs();
    const running = spawnCli([...fleet, '-o', 'json'], options());
    await newJob(before);
    running.kill('SIGTERM');

    const { code, stdout } = await running.exited;
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ counts: { succeeded: 1, of: 1 } });
  });
});
