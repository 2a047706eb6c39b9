import { beforeAll, beforeEach, expect, test } from 'vitest';
import { memoryJournal } from '../../src/systems/journal/memory/memory-journal.ts';
import { openContainerdServices } from '../../src/systems/runtime/grpc/containerd-services.ts';
import { openRuntime } from '../../src/systems/runtime/index.ts';
import { applyNode, inWords, type Node, planNode, startNode, undoNode } from '../support/node-rig.ts';
import { describeReal } from '../support/requirements.ts';
import { busyboxLayer, paddingLayer, pushRunnable, type RunnableLayer } from '../support/runnable-image.ts';

describeReal('node-gc on containerd', ['containerd', 'runc', 'docker-registry', '/bin/busybox'], () => {
  let node: Node;
  let box: RunnableLayer;
  const never = new AbortController().signal;

  beforeAll(async () => {
    node = await startNode();
    box = busyboxLayer();
    const shared = paddingLayer('shared', 1_500_000);
    const push = (name: string, tag: string, layers: readonly RunnableLayer[]) =>
      pushRunnable(node.registry.url, name, { tag, layers: [box, ...layers] });
    await push('a', '1', [paddingLayer('a', 400_000)]);
    await push('b', '1', [shared, paddingLayer('b1', 300_000)]);
    await push('b', '2', [shared, paddingLayer('b2', 500_000)]);
    await pushRunnable(node.registry.url, 'job', { tag: '1', layers: [box], entrypoint: ['/bin/busybox', 'true'] });
  });

  /** A running web pod, a job that has ended with its sandbox stopped, and two images that nothing uses. */
  beforeEach(async () => {
    const { rig, host, runtime } = node;
    const everything = await planNode(runtime);
    await applyNode(runtime, everything);
    for (const { id } of await rig.pods()) await runtime.removeSandbox(id, never);
    for (const name of ['a:1', 'b:1', 'b:2', 'job:1']) await rig.pull(host + name);
    await rig.container(await rig.pod('web'), { image: `${host}a:1` });
    const job = await rig.pod('job');
    await rig.ended(await rig.container(job, { image: `${host}job:1` }));
    await rig.stopPod(job);
  });

  test('frees exactly the bytes that it said, in all phases', async () => {
    const { runtime, host, rig } = node;
    const before = await planNode(runtime);
    expect(inWords(before, host).map((one) => one.replace(/[0-9a-f]{12}$/, 'ID'))).toEqual([
      'remove-container ID',
      'remove-sandbox ID',
      'remove-image b:1',
      'remove-image b:2',
      'remove-image job:1',
    ]);

    const report = await applyNode(runtime, before);

    expect(report.undone).toEqual([]);
    const after = await planNode(runtime);
    expect(inWords(after)).toEqual([]);
    const bytes = (one: typeof before) => one.plan.header.node?.bytes ?? 0;
    expect(bytes(before) - bytes(after)).toBe(before.plan.header.freesBytes);
    expect((await rig.images()).flatMap(({ repo_tags }) => repo_tags).sort()).toEqual([`${host}a:1`, `${host}pause:1`]);
    expect((await rig.containers()).map(({ state }) => state)).toEqual(['CONTAINER_RUNNING']);
  });

  test('by containerd’s own services it frees exactly the bytes that it said, and containers stay with all names of their images', async () => {
    const { containerd, rig, host } = node;
    const address = { kind: 'containerd', socket: containerd.socket, namespace: 'k8s.io' } as const;
    const own = await openRuntime(address, { timeoutMs: 20_000, nowMs: Date.now }, never);
    const before = await planNode(own);
    const gone = inWords(before, host).filter((one) => /^remove-image \w+:\d$/.test(one));
    expect(gone).toEqual(['remove-image b:1', 'remove-image b:2']); // the job's container is there still

    const report = await applyNode(own, before);

    expect(report.undone).toEqual([]);
    const after = await planNode(own);
    expect(inWords(after)).toEqual([]);
    const bytes = (one: typeof before) => one.plan.header.node?.bytes ?? 0;
    expect(bytes(before) - bytes(after)).toBe(before.plan.header.freesBytes);
    await expect.poll(async () => (await rig.images()).length).toBe(3);
    expect((await rig.containers()).map(({ state }) => state).sort()).toEqual([
      'CONTAINER_EXITED',
      'CONTAINER_RUNNING',
    ]);
    await own.close();
  });

  test('by the kubelet’s rules the newest attempt and the newest sandbox of a pod stay, and so do their images', async () => {
    const planned = await planNode(node.runtime, { containers: 'superseded', sandboxes: 'superseded' });

    expect(inWords(planned, node.host)).toEqual(['remove-image b:1', 'remove-image b:2']);
    expect(planned.plan.header.keptByReason).toMatchObject({ 'newest-of-pod': 2 });
  });

  test('an older attempt of a container goes, its image stays with the newer one', async () => {
    const { rig, host, runtime } = node;
    const pod = await rig.pod('retried');
    const first = await rig.container(pod, { image: `${host}job:1`, attempt: 0 });
    await rig.ended(first);
    await rig.ended(await rig.container(pod, { image: `${host}job:1`, attempt: 1 }));

    const planned = await planNode(runtime, { containers: 'superseded', sandboxes: 'none' });

    expect(
      [...planned.plan.actions].filter((one) => one.do === 'remove-container').map(({ target }) => target.key),
    ).toEqual([first]);
    expect(inWords(planned, host)).not.toContain('remove-image job:1');
  });

  test('the sandbox image stays, also where the runtime has it not pinned', async () => {
    const planned = await planNode(node.runtime);
    const pause = (await node.rig.images()).find(({ repo_tags }) => repo_tags.includes(`${node.host}pause:1`));
    const because = pause?.pinned === true ? 'the runtime has it pinned' : 'sandboxes are made from it';

    const kept = [...Array(planned.view.evidence.resources.size).keys()]
      .filter((id) => planned.view.evidence.about(id).attributes?.['names']?.includes('pause:1'))
      .map((id) => planned.decisions.reasonOf(id));
    expect(kept).toMatchObject([{ code: 'held', because }]);
  });

  test('undo pulls by digest, with the tags that still mean the same image', async () => {
    const { runtime, rig, host } = node;
    const journal = memoryJournal();
    const planned = await planNode(runtime, { containers: 'none', sandboxes: 'none' });
    await applyNode(runtime, planned, journal);
    expect((await rig.images()).some(({ repo_tags }) => repo_tags.includes(`${host}b:1`))).toBe(false);

    const undone = await undoNode(runtime, planned.plan.header.id, journal);

    expect(undone.counts).toMatchObject({ restored: 2, failed: 0 });
    const tags = (await rig.images()).flatMap(({ repo_tags }) => repo_tags);
    expect(tags).toEqual(expect.arrayContaining([`${host}b:1`, `${host}b:2`]));
  });

  test('an image that came into use between plan and removal stays', async () => {
    const { runtime, rig, host } = node;
    const planned = await planNode(runtime);
    await rig.container(await rig.pod('late'), { image: `${host}b:1` });

    const report = await applyNode(runtime, planned);

    expect(report.undone).toMatchObject([{ outcome: { guard: 'in-use-again' } }]);
    expect((await rig.images()).flatMap(({ repo_tags }) => repo_tags)).toContain(`${host}b:1`);
  });

  test('an image that was pulled again since the plan stays', async () => {
    const { runtime, rig, host } = node;
    const planned = await planNode(runtime);
    await rig.pull(`${host}b:2`);

    const report = await applyNode(runtime, planned);

    expect(report.undone).toMatchObject([{ action: { do: 'remove-image' }, outcome: { guard: 'target-changed' } }]);
  });

  test('two tags of one image go together, and one that is to stay keeps the other', async () => {
    const { runtime, rig, host, registry } = node;
    const same = { layers: [box, paddingLayer('twice', 200_000)] };
    await pushRunnable(registry.url, 'twice', { tag: 'one', ...same });
    await pushRunnable(registry.url, 'twice', { tag: 'two', ...same });
    for (const tag of ['one', 'two']) await rig.pull(`${host}twice:${tag}`);

    expect(inWords(await planNode(runtime), host)).toContain('remove-image twice:one');
    const keep = [{ kind: 'glob', text: `${host}twice:two` }] as const;
    expect(inWords(await planNode(runtime, { images: { keep } }), host)).not.toContain('remove-image twice:one');
  });

  test('a tag that moved: the container keeps what it runs, and what its name means now', async () => {
    const { runtime, rig, host, registry } = node;
    const layers = (seed: string) => [box, paddingLayer(seed, 200_000)];
    await pushRunnable(registry.url, 'moving', { tag: 'latest', layers: layers('old') });
    await rig.pull(`${host}moving:latest`);
    await rig.container(await rig.pod('old'), { image: `${host}moving:latest` });
    await pushRunnable(registry.url, 'moving', { tag: 'latest', layers: layers('new') });
    await rig.pull(`${host}moving:latest`);

    const before = (await rig.images()).length;
    await applyNode(runtime, await planNode(runtime));

    const names = (await rig.images()).flatMap(({ repo_tags, repo_digests }) => [...repo_tags, ...repo_digests]);
    expect(names.filter((name) => name.includes('/moving'))).toHaveLength(3);
    expect((await rig.images()).length).toBeLessThan(before);
  });

  test('only what has been pulled for long enough goes', async () => {
    const planned = await planNode(node.runtime, { images: { minPullAgeMs: 600_000 } });

    expect(inWords(planned).filter((one) => one.startsWith('remove-image'))).toEqual([]);
    const later = await planNode(node.runtime, {
      images: { minPullAgeMs: 600_000 },
      nowMs: () => Date.now() + 700_000,
    });
    expect(inWords(later, node.host)).toContain('remove-image b:1');
  });

  test('between the watermarks the image that was pulled first goes, and no more than is needed', async () => {
    const disks = await node.runtime.disks(new AbortController().signal);
    // Others write to the disk of the tests, too: it is measured once.
    const runtime = { ...node.runtime, disks: async () => disks };
    const disk = (await planNode(runtime)).plan.header.node?.disks[0];
    if (disk === undefined) throw new Error('the disk can not be measured');
    const wanted = { highPercent: 0, lowPercent: disk.usedPercent - (100 * 1_000) / disk.capacityBytes };

    const little = await planNode(runtime, {
      containers: 'none',
      sandboxes: 'none',
      more: { watermarks: wanted },
    });

    expect(inWords(little, node.host)).toEqual(['remove-image b:1']);
    const none = await planNode(runtime, { more: { watermarks: { highPercent: 100, lowPercent: 1 } } });
    expect(inWords(none).filter((one) => one.startsWith('remove-image'))).toEqual([]);
    expect(none.plan.header.keptByReason['target-met']).toBe(3);
  });

  test('what a workload names stays, by tag or by digest', async () => {
    const { runtime, host, rig } = node;
    const b2 = (await rig.images()).find(({ repo_tags }) => repo_tags.includes(`${host}b:2`));
    const uses = (reference: string) => ({
      name: 'cluster prod',
      survey: async (sink: Parameters<ReturnType<typeof runtime.source>['survey']>[0]) => {
        const workload = sink.resource('workload', 'prod/shop', 'CronJob/nightly');
        sink.holds(workload, 'CronJob shop/nightly');
        sink.refers(workload, sink.resource('image-reference', '', reference), 'uses');
      },
    });
    const named = [uses(`${host}b:1`), uses(b2?.repo_digests[0] ?? '')];

    expect(inWords(await planNode(runtime, { more: { uses: named } }), host).filter((one) => / b:/.test(one))).toEqual(
      [],
    );
    const unread = await planNode(runtime, { more: { uses: [uses('what is this')] } });
    expect(inWords(unread).filter((one) => one.startsWith('remove-image'))).toEqual([]);
    expect(unread.plan.header.badReferences).toMatchObject([{ reference: 'what is this' }]);
  });

  test('images that their registry no longer has stay, where that is asked for', async () => {
    const { runtime, host } = node;
    const canBePulled = async (name: string) => ({ has: !name.includes('/b@'), why: 'it is not there' });

    const planned = await planNode(runtime, { more: { canBePulled } });

    expect(inWords(planned, host).filter((one) => one.startsWith('remove-image'))).toEqual(['remove-image job:1']);
    expect(planned.plan.header.keptByReason['not-repullable']).toBe(2);
  });

  test('packed layers are let go of by exactly the bytes that were said, and what runs goes on', async () => {
    const { runtime, rig } = node;
    const planned = await planNode(runtime, { images: 'none', more: { releaseContent: true } });
    const released = [...planned.plan.actions].filter((one) => one.do === 'release-content');
    expect(released.length).toBeGreaterThan(3);
    const before = planned.plan.header.node?.bytes ?? 0;

    const report = await applyNode(runtime, planned);

    expect(report.undone).toEqual([]);
    const after = await planNode(runtime, { images: 'none' });
    expect(before - (after.plan.header.node?.bytes ?? 0)).toBe(planned.plan.header.freesBytes);
    expect((await rig.containers()).map(({ state }) => state)).toEqual(['CONTAINER_RUNNING']);
    await rig.container(await rig.pod('after'), { image: `${node.host}b:1` });
  });

  test('a lease that nobody has ended is told, keeps what it holds, and what it holds is not counted as free', async () => {
    const { runtime, containerd, rig, host } = node;
    const services = openContainerdServices(containerd.socket, 'k8s.io', 10_000);
    const planned = await planNode(runtime);
    const image = (await rig.images()).find(({ repo_tags }) => repo_tags.includes(`${host}b:1`));
    const manifest = image?.repo_digests[0]?.split('@')[1] ?? '';
    await services.channel.leases.call('Create', { id: 'leaked' }, never);
    await services.channel.leases.call(
      'AddResource',
      { id: 'leaked', resource: { id: manifest, type: 'content' } },
      never,
    );

    const later = await planNode(runtime, { nowMs: () => Date.now() + 3 * 86_400_000 });
    const before = later.plan.header.node?.bytes ?? 0;
    await applyNode(runtime, {
      ...later,
      plan: { ...later.plan, header: { ...later.plan.header, expiresAtMs: Date.now() + 60_000 } },
    });

    expect(later.plan.header.freesBytes).toBeLessThan(planned.plan.header.freesBytes);
    expect(later.plan.header.node?.orphans).toMatchObject([{ what: 'lease', name: 'leaked' }]);
    const after = (await planNode(runtime)).plan.header.node?.bytes ?? 0;
    expect(before - after).toBe(later.plan.header.freesBytes);
    await services.channel.leases.call('Delete', { id: 'leaked', sync: true }, never);
    services.close();
  });
});
