import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, beforeEach, expect, test } from 'vitest';
import { type Node, startNode } from '../support/node-rig.ts';
import { describeReal } from '../support/requirements.ts';
import { runCli } from '../support/run-cli.ts';
import { busyboxLayer, pushRunnable } from '../support/runnable-image.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

describeReal('the event of winnow node-gc', ['containerd', 'runc', 'docker-registry', '/bin/busybox'], () => {
  let node: Node;
  let home: string;

  beforeAll(async () => {
    node = await startNode();
    await pushRunnable(node.registry.url, 'old', { tag: '1', layers: [busyboxLayer()] });
  });

  beforeEach(async () => {
    home = makeTempFolder('home');
    writeFileSync(join(home, 'winnow.yaml'), 'events: [{to: file, path: events.ndjson}]\n');
    await node.rig.pull(`${node.host}old:1`);
  });

  const winnow = (...args: readonly string[]) => runCli([...args, '--config', join(home, 'winnow.yaml')], { home });
  const nodeGc = (...args: readonly string[]) =>
    winnow(
      ...['node-gc', '--runtime', `cri://${node.containerd.socket}`, '--node-name', 'node-7', '--min-pull-age', '0s'],
      ...args,
    );
  const events = () =>
    readFileSync(join(home, 'events.ndjson'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));

  test('a dry run tells what would go, the run what went, of the same node', async () => {
    const ran = [await nodeGc(), await nodeGc('--confirm')];

    expect(ran.map(({ code, stderr }) => ({ code, stderr }))).toEqual(Array(2).fill({ code: 0, stderr: '' }));
    const runtime = `cri://${node.containerd.socket}`;
    const same = { type: 'node_gc.summary', node: 'node-7', runtime, outcome: 'success', removed: { images: 1 } };
    const [plan, run] = events();
    expect([plan, run]).toMatchObject([
      { ...same, mode: 'plan' },
      { ...same, mode: 'apply', skipped: 0, failed: 0 },
    ]);
    expect(plan.freed_bytes).toBeGreaterThan(0);
    expect(run.freed_bytes).toBe(plan.freed_bytes);
  });

  test('a saved plan that is applied later is told as its run', async () => {
    const file = join(home, 'plan.jsonl');
    await nodeGc('--plan-out', file);
    const { code, stderr } = await winnow('apply', file, '--confirm');

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const [plan, run] = events();
    expect([plan.mode, run.mode, run.removed.images]).toEqual(['plan', 'apply', 1]);
    expect(run.plan_id).toBe(plan.plan_id);
  });
});
