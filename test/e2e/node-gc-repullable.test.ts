import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, beforeEach, expect, test } from 'vitest';
import { type Node, startNode } from '../support/node-rig.ts';
import { describeReal } from '../support/requirements.ts';
import { runCli } from '../support/run-cli.ts';
import { busyboxLayer, paddingLayer, pushRunnable } from '../support/runnable-image.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

describeReal('winnow node-gc --require-repullable', ['containerd', 'runc', 'docker-registry', '/bin/busybox'], () => {
  let node: Node;
  let home: string;

  beforeAll(async () => {
    node = await startNode();
    for (const name of ['there', 'lost']) {
      await pushRunnable(node.registry.url, name, { tag: '1', layers: [busyboxLayer(), paddingLayer(name, 1000)] });
      await node.rig.pull(`${node.host}${name}:1`);
    }
    rmSync(join(node.registry.folder, 'docker/registry/v2/repositories/lost'), { recursive: true });
  });

  beforeEach(() => {
    home = makeTempFolder('home');
  });

  const nodeGc = (...args: readonly string[]) =>
    runCli(['node-gc', '--runtime', `cri://${node.containerd.socket}`, '--min-pull-age', '0s', '-o', 'json', ...args], {
      home,
    });

  test('an image that its registry has lost stays, with the reason; one that is there goes', async () => {
    const { code, stdout, stderr } = await nodeGc('--require-repullable', '--show-kept');

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const plan = JSON.parse(stdout);
    expect(plan.node.images).toEqual({ found: 2, removed: 1 });
    expect(JSON.stringify(plan.actions)).toContain(`${node.host}there:1`);
    expect(JSON.stringify(plan.kept)).toContain(`${node.registry.host} does not have it any more`);
  });

  test('a saved plan asks once more: an image that its registry has lost meanwhile stays, with the reason', async () => {
    const file = join(home, 'plan.jsonl');
    await nodeGc('--require-repullable', '--plan-out', file);
    await node.registry.stop();
    try {
      const { code, stdout } = await runCli(['apply', file, '--confirm', '-o', 'json'], { home });

      const { counts, undone } = JSON.parse(stdout);
      expect({ code, counts }).toMatchObject({ code: 6, counts: { done: 0, skipped: 1, failed: 0 } });
      expect(undone[0].guard).toBe('not-repullable');
      expect(undone[0].why).toContain(`${node.host}there@sha256:`);
    } finally {
      await node.registry.restart();
    }
  }, 120_000);

  test('nobody is asked by default, and what is lost would go, too', async () => {
    const { stdout } = await nodeGc();

    expect(JSON.parse(stdout).node.images).toEqual({ found: 2, removed: 2 });
  });

  test('with a registry that is away all images stay', async () => {
    await node.registry.stop();
    try {
      const { code, stdout } = await nodeGc('--require-repullable', '--confirm');

      expect({ code, done: JSON.parse(stdout).counts.done }).toEqual({ code: 0, done: 0 });
    } finally {
      await node.registry.restart();
    }
  }, 120_000);
});
