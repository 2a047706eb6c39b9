import { beforeAll, expect, test } from 'vitest';
import { type Node, startNode } from '../support/node-rig.ts';
import { describeReal } from '../support/requirements.ts';
import { runCli, spawnCli } from '../support/run-cli.ts';
import { busyboxLayer, pushRunnable } from '../support/runnable-image.ts';

describeReal('winnow node-gc --every', ['containerd', 'runc', 'docker-registry', '/bin/busybox'], () => {
  let node: Node;

  beforeAll(async () => {
    node = await startNode();
    await pushRunnable(node.registry.url, 'old', { tag: '1', layers: [busyboxLayer()] });
  });

  const args = (...more: readonly string[]) => [
    ...['node-gc', '--runtime', `cri://${node.containerd.socket}`, '--min-pull-age', '0s', '--confirm', ...more],
  ];
  const isGone = async () => (await node.rig.images()).length === 0;

  test('removes also what came after the first round, and ends when it is told to', async () => {
    await node.rig.pull(`${node.host}old:1`);
    const loop = spawnCli(args('--every', '200ms'));
    await expect.poll(isGone, { timeout: 20_000 }).toBe(true);
    await node.rig.pull(`${node.host}old:1`);
    await expect.poll(isGone, { timeout: 20_000 }).toBe(true);
    await loop.waitFor(/Removed 1 image[\s\S]*Removed 1 image/);
    loop.kill('SIGTERM');
    const { signal, stderr } = await loop.exited;

    expect(signal).toBe(null);
    expect(stderr).toContain('stopping after what is in hand');
  });

  test('goes on after a round in which the runtime gave no answer', async () => {
    await node.containerd.pause();
    const loop = spawnCli(args('--every', '500ms', '--timeout', '1s'));
    await loop.waitFor(/RUNTIME_\w+/);
    await node.containerd.resume();
    await node.rig.pull(`${node.host}old:1`);
    await expect.poll(isGone, { timeout: 30_000 }).toBe(true);
    loop.kill('SIGTERM');
    await loop.exited;
  });

  test('a duration that is none is a mistake of the user, and nothing is removed', async () => {
    await node.rig.pull(`${node.host}old:1`);
    const { code, stderr } = await runCli(args('--every', 'now and then'));

    expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining('now and then') });
    expect(await isGone()).toBe(false);
  });
});
