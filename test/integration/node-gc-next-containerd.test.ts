import { beforeAll, expect, test } from 'vitest';
import { memoryJournal } from '../../src/systems/journal/memory/memory-journal.ts';
import { nextContainerd } from '../support/next-containerd.ts';
import { applyNode, inWords, type Node, planNode, startNode, undoNode } from '../support/node-rig.ts';
import { describeWhereHad, requires } from '../support/requirements.ts';
import { busyboxLayer, paddingLayer, pushRunnable } from '../support/runnable-image.ts';

const found = requires('runc', 'docker-registry', '/bin/busybox')
  ? nextContainerd()
  : { absent: 'runc, docker-registry or busybox-static is not installed' };
const binaries = 'binaries' in found ? found.binaries : '';

describeWhereHad(
  'node-gc on the containerd of the next Debian release, with two snapshotters',
  'absent' in found ? found.absent : undefined,
  () => {
    let node: Node;

    beforeAll(async () => {
      node = await startNode({ binaries, secondSnapshotter: true });
      const box = busyboxLayer();
      const shared = paddingLayer('shared', 700_000);
      for (const name of ['web', 'b1', 'b2'])
        await pushRunnable(node.registry.url, name, { tag: '1', layers: [box, shared, paddingLayer(name, 200_000)] });
      await pushRunnable(node.registry.url, 'job', { tag: '1', layers: [box], entrypoint: ['/bin/busybox', 'true'] });
      for (const name of ['web', 'b1', 'b2', 'job']) await node.rig.pull(`${node.host}${name}:1`);
      await node.rig.container(await node.rig.pod('web'), { image: `${node.host}web:1` });
      await node.rig.container(await node.rig.pod('alt', { handler: 'alt' }), { image: `${node.host}web:1` });
    });

    test('the sandbox image is pinned by the runtime itself, and stays', async () => {
      expect((await node.rig.images()).find(({ repo_tags }) => repo_tags[0]?.includes('/pause:'))?.pinned).toBe(true);
      expect(inWords(await planNode(node.runtime), node.host)).not.toContain('remove-image pause:1');
    });

    test('packed layers stay, since a pod on the other snapshotter could not be made any more', async () => {
      const planned = await planNode(node.runtime, { images: 'none', more: { releaseContent: true } });

      expect(inWords(planned).filter((one) => one.startsWith('release-content'))).toEqual([]);
      expect(planned.plan.header.node?.contentStays).toMatch(/several snapshotters \(native, overlayfs\)/);
    });

    test('frees exactly the bytes that it said, in both snapshotters, and undo pulls again', async () => {
      const { runtime, rig, host } = node;
      const job = await rig.pod('job', { handler: 'alt' });
      await rig.ended(await rig.container(job, { image: `${host}job:1` }));
      await rig.stopPod(job);
      const journal = memoryJournal();
      const before = await planNode(runtime);
      expect(inWords(before, host).map((one) => one.replace(/[0-9a-f]{12}$/, 'ID'))).toEqual([
        'remove-container ID',
        'remove-sandbox ID',
        'remove-image b1:1',
        'remove-image b2:1',
        'remove-image job:1',
      ]);

      const report = await applyNode(runtime, before, journal);

      expect(report.undone).toEqual([]);
      const after = await planNode(runtime);
      const bytes = (one: typeof before) => one.plan.header.node?.bytes ?? 0;
      expect(bytes(before) - bytes(after)).toBe(before.plan.header.freesBytes);
      expect((await rig.containers()).map(({ state }) => state)).toEqual(['CONTAINER_RUNNING', 'CONTAINER_RUNNING']);

      const undone = await undoNode(runtime, before.plan.header.id, journal);
      expect(undone.counts).toMatchObject({ restored: 3, failed: 0 });
      await rig.container(await rig.pod('again', { handler: 'alt' }), { image: `${host}b1:1` });
    });
  },
);
