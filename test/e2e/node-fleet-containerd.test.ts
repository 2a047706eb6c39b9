import { beforeAll, expect, test } from 'vitest';
import { reportTextIn } from '../../src/systems/fleet/report-lines.ts';
import { type Node, startNode } from '../support/node-rig.ts';
import { describeReal } from '../support/requirements.ts';
import { runCli } from '../support/run-cli.ts';
import { busyboxLayer, paddingLayer, pushRunnable } from '../support/runnable-image.ts';

/** What a Job of a fleet tells, of a real runtime. */
describeReal('winnow node-gc --fleet-report', ['containerd', 'runc', 'docker-registry', '/bin/busybox'], () => {
  let node: Node;

  beforeAll(async () => {
    node = await startNode();
    for (const name of ['web', 'old'])
      await pushRunnable(node.registry.url, name, { tag: '1', layers: [busyboxLayer(), paddingLayer(name, 200_000)] });
    for (const name of ['web', 'old']) await node.rig.pull(`${node.host}${name}:1`);
    await node.rig.container(await node.rig.pod('web'), { image: `${node.host}web:1` });
  });

  const tell = async (...more: readonly string[]) => {
    const socket = `cri://${node.containerd.socket}`;
    const args = [
      'node-gc',
      '--runtime',
      socket,
      '--node-name',
      'n7',
      '--min-pull-age',
      '0s',
      '--fleet-report',
      ...more,
    ];
    const { code, stdout } = await runCli(args);
    const told = reportTextIn(stdout);
    if (typeof told === 'string') throw new Error(`${told}: ${stdout}`);
    return { code, report: JSON.parse(told.text) };
  };

  test('tells what would go, and by all their names which images are in use, the sandbox image too', async () => {
    const { code, report } = await tell();

    expect(code).toBe(0);
    expect(report).toMatchObject({
      ...{ node: 'n7', exitCode: 0, mode: 'plan' },
      work: { exactBytes: true, found: { containers: 1, sandboxes: 1 }, removed: { images: 1 }, freedBytes: 0 },
    });
    const names = (report.uses.images as readonly string[]).map((name) => name.replace(node.host, ''));
    expect(names).toEqual(expect.arrayContaining(['web:1', expect.stringMatching(/^web@sha256:/), 'pause:1']));
    expect(names.filter((name) => name.startsWith('old'))).toEqual([]);
    expect(report.uses.unseen).toEqual([]);
  });

  test('tells what went, and what the disk says of it', async () => {
    const { report } = await tell('--confirm');

    expect(report).toMatchObject({
      mode: 'apply',
      work: { removed: { images: 1 }, measuredBytes: expect.any(Number) },
    });
    expect(report.work.freedBytes).toBe(report.work.predictedBytes);
    expect(report.work.disks[0].usedPercentAfter).toEqual(expect.any(Number));
  });

  test('tells also why nothing came of it', async () => {
    const { stdout, code } = await runCli([
      'node-gc',
      '--runtime',
      'cri:///nonexistent.sock',
      '--node-name',
      'n7',
      '--fleet-report',
    ]);
    const told = reportTextIn(stdout);

    expect(code).not.toBe(0);
    expect(JSON.parse(typeof told === 'string' ? '{}' : told.text)).toMatchObject({
      ...{ node: 'n7', exitCode: code, error: { code: 'RUNTIME_SOCKET_MISSING' } },
    });
  });
});
