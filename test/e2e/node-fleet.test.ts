import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { putNodes } from '../support/fake-kubelet.ts';
import { type FleetRig, startFleetRig } from '../support/fleet-rig.ts';
import { runCli, spawnCli } from '../support/run-cli.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

/** Each Job runs the built command, against an engine of its node's own. */
describe('winnow node-gc --all-nodes', () => {
  const NODES = ['n1', 'n2', 'n3', 'n4'];
  const USED = 'registry.example/web:1';
  let rig: FleetRig;
  let home: string;

  beforeEach(async () => {
    home = makeTempFolder('home');
    const images = (node: string) => ({
      used: [USED, `registry.example/of-${node}:1`],
      unused: ['registry.example/old:1'],
    });
    rig = await startFleetRig(Object.fromEntries(NODES.map((node) => [node, images(node)])), home);
  });

  const winnow = (...more: readonly string[]) => rig.winnow(...more);
  const imagesOf = (node: string) => rig.engines.get(node)?.images();
  const everywhere = (images: (node: string) => readonly string[]) =>
    expect(NODES.map(imagesOf)).toEqual(NODES.map((node) => [...images(node)].sort()));
  const allOf = (node: string) => [USED, `registry.example/of-${node}:1`, 'registry.example/old:1'];
  const outcomes = (stdout: string) =>
    (JSON.parse(stdout).nodes as readonly { node: string; outcome: string }[]).map(
      ({ node, outcome }) => `${node} ${outcome}`,
    );

  test('without --confirm tells what would go from each node, and removes nothing', async () => {
    const { code, stdout, stderr } = await winnow();

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^DRY RUN: nothing was removed\n/);
    for (const node of NODES) expect(stdout).toMatch(new RegExp(`${node} +success +0 +0 +1 +976\\.6 KiB `));
    expect(stdout).toContain('Would remove 0 containers, 0 sandboxes, 4 images; would free 3.815 MiB.');
    expect(stdout.trimEnd().split('\n').at(-1)).toBe('success ratio 4/4 (100 %)');
    everywhere(allOf);
  });

  test('with --confirm removes on each what nothing there uses, no more nodes at once than is said', async () => {
    const { code, stdout } = await winnow('--confirm', '--parallelism', '2', '-o', 'json');

    expect(code).toBe(0);
    everywhere((node) => [USED, `registry.example/of-${node}:1`]);
    expect(rig.kubelet.begun.map(({ node }) => node).sort()).toEqual(NODES);
    expect(rig.kubelet.peak()).toBe(2);
    const report = JSON.parse(stdout);
    expect(report).toMatchObject({
      ...{ kind: 'FleetReport', mode: 'apply', counts: { succeeded: 4, of: 4, failed: 0 } },
      totals: { removed: { images: 4 }, predictedBytes: 4_000_000, freedBytes: 4_000_000 },
    });
    expect(report.totals.measuredBytes).toEqual(expect.any(Number));
    expect(report.nodes[0].work.disks).toMatchObject([{ usedPercentAfter: expect.any(Number) }]);
  });

  test('hands its flags on to each node', async () => {
    rig.instead = (pod, write) => (pod.node === 'n1' ? undefined : rig.tells(pod, write));
    const { code } = await winnow(
      '--confirm',
      '--keep',
      '**/old:*',
      '--keep',
      '/^x{2,3}$$|y$(z)/',
      '--node-selector',
      'kubernetes.io/os=linux',
    );

    expect(code).toBe(0);
    everywhere(allOf);
    expect(rig.kubelet.begun[0]?.args).toEqual(
      expect.arrayContaining(['--keep=**/old:*', '--keep=/^x{2,3}$$|y$(z)/', '--confirm']),
    );
  });

  test('skips nodes that are not ready, cordoned or not Linux, and says so', async () => {
    putNodes(rig.server, ['n2'], { spec: { unschedulable: true } });
    putNodes(rig.server, ['n3'], { status: { conditions: [{ type: 'Ready', status: 'Unknown' }] } });
    putNodes(rig.server, ['n4'], {
      status: { conditions: [{ type: 'Ready', status: 'True' }], nodeInfo: { operatingSystem: 'windows' } },
    });
    rig.instead = rig.tells;
    const { code, stdout } = await winnow();

    expect(code).toBe(0);
    expect(rig.kubelet.begun.map(({ node }) => node)).toEqual(['n1']);
    expect(stdout).toContain('it is cordoned');
    expect(stdout).toContain('success ratio 1/1 (100 %), 3 skipped\n');
  });

  test('a node that fails, one that hangs and one whose log is cut short are no successes, and the others are cleaned', async () => {
    rig.instead = (pod, write) => {
      if (pod.node === 'n1') return Promise.resolve(1);
      if (pod.node === 'n2') return new Promise(() => {});
      if (pod.node === 'n3')
        return rig.tells(pod, (text) => write(text.slice(0, text.lastIndexOf('winnow-report') + 100)));
      return undefined;
    };
    const settings = join(home, 'winnow.yaml');
    writeFileSync(settings, 'nodeGc: {fleet: {maxFailures: 0}}\n');
    const { code, stdout } = await winnow('--deadline', '12s', '--confirm', '--config', settings, '-o', 'json');

    expect(code).toBe(3);
    expect(outcomes(stdout)).toEqual(['n1 failed', 'n2 failed', 'n3 unknown', 'n4 success']);
    const whys = (JSON.parse(stdout).nodes as readonly { why?: string }[]).map(({ why }) => why);
    expect(whys[0]).toMatch(/BackoffLimitExceeded.*it ended with 1/);
    expect(whys[1]).toMatch(/DeadlineExceeded/);
    expect(whys[2]).toBe('the report in its log is not whole');
    expect(imagesOf('n4')).not.toContain('registry.example/old:1');
  });

  test('what goes wrong on a node is told in its own words', async () => {
    rig.engines.set('n2', { socket: '/nonexistent/d.sock', images: () => [], pull: () => {} });
    rig.instead = (pod, write) => (pod.node === 'n2' ? undefined : rig.tells(pod, write));
    const { code, stdout } = await winnow('-o', 'json');

    expect(code).toBe(3);
    expect(outcomes(stdout)[1]).toBe('n2 failed');
    expect(stdout).toContain('RUNTIME_SOCKET_MISSING');
  });

  test('too many failures end it before it comes to the next node', async () => {
    rig.instead = () => Promise.resolve(1);
    const { code, stdout } = await winnow('--parallelism', '1');

    expect(code).toBe(4);
    expect(rig.kubelet.begun.length).toBe(2);
    expect(stdout).toContain('Stopped: 2 nodes failed, and with 2 no further one is begun');
    expect(stdout).toContain('success ratio 0/4 (0 %), 2 not begun\n');
  });

  test('told to stop it begins no further node, waits for what is in hand, and reports', async () => {
    let finish = () => {};
    rig.instead = (pod, write) =>
      new Promise((resolve) => {
        finish = () => void rig.tells(pod, write).then(resolve);
      });
    const fleet = spawnCli(rig.args('--parallelism', '1', '-o', 'json'), { home });
    await expect.poll(() => rig.kubelet.begun.length, { timeout: 20_000 }).toBe(1);
    fleet.kill('SIGTERM');
    await fleet.waitFor('stopping after what is in hand');
    finish();
    const { code, stdout } = await fleet.exited;

    expect(code).toBe(3);
    expect(outcomes(stdout)).toEqual(['n1 success', 'n2 not-begun', 'n3 not-begun', 'n4 not-begun']);
    expect(JSON.parse(stdout).stopped).toBe('it was told to stop');
    expect(rig.kubelet.begun.length).toBe(1);
  });

  test('killed in its middle and started again it goes on with the same run: no node gets a second Job', async () => {
    const finish: (() => void)[] = [];
    rig.instead = (pod, write) =>
      new Promise((resolve) => {
        finish.push(() => void rig.inPod(pod, write).then(resolve));
      });
    const killed = spawnCli(rig.args('--parallelism', '2', '--confirm'), { home });
    await expect.poll(() => rig.kubelet.begun.length, { timeout: 20_000 }).toBe(2);
    killed.kill('SIGKILL');
    await killed.exited;
    rig.instead = () => undefined;
    const again = spawnCli(rig.args('--parallelism', '4', '--confirm', '-o', 'json'), { home });
    await expect.poll(() => rig.kubelet.begun.length, { timeout: 20_000 }).toBe(4);
    for (const go of finish) go();
    const { code, stdout } = await again.exited;

    expect(code).toBe(0);
    expect(JSON.parse(stdout).wasResumed).toBe(true);
    expect(rig.kubelet.begun.map(({ node }) => node).sort()).toEqual(NODES);
    expect(rig.kubelet.peakOnANode()).toBe(1);
    everywhere((node) => [USED, `registry.example/of-${node}:1`]);
  });

  test('a second fleet waits its turn: the lease is the first one’s', async () => {
    let finish = () => {};
    const held = new Promise<void>((resolve) => {
      finish = resolve;
    });
    rig.instead = (pod, write) => held.then(() => rig.tells(pod, write));
    const first = spawnCli(rig.args(), { home });
    await expect.poll(() => rig.kubelet.begun.length, { timeout: 20_000 }).toBe(3);
    const second = await winnow();
    finish();

    expect({ code: second.code, stderr: second.stderr }).toMatchObject({
      code: 4,
      stderr: expect.stringContaining('LEASE_HELD'),
    });
    expect((await first.exited).code).toBe(0);
    expect(rig.kubelet.begun.length).toBe(4);
  });

  test('two fleets that share no lease make one Job a node all the same', async () => {
    const fleets = [home, makeTempFolder('other')].map(
      (folder) => async () => runCli(rig.args('-o', 'json'), { home: folder }),
    );
    let finish = () => {};
    const held = new Promise<void>((resolve) => {
      finish = resolve;
    });
    rig.instead = (pod, write) => held.then(() => rig.tells(pod, write));
    const first = fleets[0]?.();
    await expect.poll(() => rig.kubelet.begun.length, { timeout: 20_000 }).toBe(3);
    const listed = () => rig.server.requests.filter((line) => /\/jobs\?(?!.*node-hash)/.test(line)).length;
    const second = fleets[1]?.();
    await expect.poll(listed, { timeout: 20_000 }).toBe(2);
    finish();
    const results = await Promise.all([first, second]);

    expect(results.map((one) => one?.code)).toEqual([0, 0]);
    expect(rig.kubelet.begun.map(({ node }) => node).sort()).toEqual(NODES);
  });

  test('writes down which images the nodes use, and a node that did not tell is a gap', async () => {
    const file = join(home, 'nodes.ndjson');
    const common = ['--cluster-name', 'prod', '--snapshot-out', file];
    rig.instead = (pod) => (pod.node === 'n3' ? Promise.resolve(1) : undefined);
    const { code, stdout } = await winnow(...common);

    expect(code).toBe(3);
    expect(stdout).toMatch(/Wrote \d+ names of images in use to .*nodes\.ndjson, with 1 gap\./);
    const [header, ...lines] = readFileSync(file, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(header).toMatchObject({
      cluster: 'prod-nodes',
      kinds: { Node: 3 },
      gaps: [{ scope: '', hides: 'holds', cause: expect.stringContaining('node n3 has not told') }],
    });
    expect(lines[0]).toMatchObject({ kind: 'Node', name: 'n1', holds: ['in use on node n1'] });
    expect(lines[0].uses).toEqual(expect.arrayContaining([USED, 'registry.example/of-n1:1']));
    expect(JSON.stringify(lines)).not.toContain('old:1');

    rig.instead = rig.tells;
    expect((await winnow(...common)).stdout).toMatch(/Wrote \d+ names of images in use to .*nodes\.ndjson\./);
    rig.instead = (pod, write) => (pod.node === 'n3' ? Promise.resolve(1) : rig.tells(pod, write));
    expect((await winnow(...common)).stdout).toContain('Did not write the images in use');
    expect(JSON.parse(readFileSync(file, 'utf8').split('\n')[0] ?? '').gaps).toEqual([]);
  });

  test('tells in Markdown and YAML what it tells in its table, and sends one summary', async () => {
    const events = join(home, 'events.ndjson');
    const settings = join(home, 'winnow.yaml');
    rig.instead = rig.tells;
    writeFileSync(settings, `cluster: prod\nevents: [{to: file, path: ${events}}]\n`);
    const markdown = await winnow('-o', 'markdown', '--config', settings);

    expect(markdown.stdout).toContain('| `n1` | success | 0 | 0 | 1 | 976.6 KiB |');
    const lines = readFileSync(events, 'utf8').trim().split('\n');
    expect(lines.length).toBe(1);
    const event = JSON.parse(lines[0] ?? '');
    expect(event.data ?? event).toMatchObject({
      ...{ type: 'node_gc.fleet_summary', cluster_name: 'prod', mode: 'plan', outcome: 'success' },
      nodes: { expected: 4, succeeded: 4, failed: 0, skipped: 0, not_begun: 0 },
      removed: { images: 4 },
    });
    expect((await winnow('-o', 'yaml')).stdout).toContain('kind: FleetReport');
  });
});

describe('winnow node-gc --all-nodes, misunderstood', () => {
  let rig: FleetRig;
  let home: string;

  beforeAll(async () => {
    home = makeTempFolder('home');
    rig = await startFleetRig({ n1: { used: [], unused: [] } }, home);
  });

  test.each([
    [['--parallelism', '2'], '--parallelism is about all nodes'],
    [['--all-nodes'], 'no image is named for the Jobs'],
    [['--all-nodes', '--fleet-image', 'x', '--snapshot-out', 'f'], 'the cluster has no name'],
    [
      ['--all-nodes', '--fleet-image', 'x', '--cluster', 'manifests:/srv'],
      'a Job on a node can not ask manifests:/srv',
    ],
    [['--all-nodes', '--fleet-image', 'x', '--fleet-run', 'a b'], '"a b" is no name of a run'],
    [['--all-nodes', '--fleet-image', 'x', '--plan-out', 'f', '--confirm'], 'a plan is saved, or it is done'],
    [['--fleet-plan'], '--fleet-plan is about --fleet-report'],
  ])('%j is a mistake of the user, and nothing is asked of any node', async (flags, said) => {
    const { code, stderr } = await runCli(['node-gc', ...flags], { home, env: { KUBECONFIG: rig.server.kubeconfig } });

    expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining(said) });
    expect(rig.kubelet.begun).toEqual([]);
    expect(existsSync(join(home, 'f'))).toBe(false);
  });
});
