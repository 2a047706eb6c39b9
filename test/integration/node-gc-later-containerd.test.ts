import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { examineNode } from '../../src/cli/session/examine-node.ts';
import { memoryJournal } from '../../src/systems/journal/memory/memory-journal.ts';
import { fileNodeConfig, tuningOf } from '../../src/systems/node-config/index.ts';
import type { Runtime } from '../../src/systems/runtime/contract.ts';
import { openRuntime } from '../../src/systems/runtime/index.ts';
import { laterContainerd } from '../support/later-debian.ts';
import { applyNode, inWords, type Node, type PlanOptions, planNode, startNode, undoNode } from '../support/node-rig.ts';
import { describeWhereHad, requires } from '../support/requirements.ts';
import { busyboxLayer, paddingLayer, pushRunnable } from '../support/runnable-image.ts';

const never = new AbortController().signal;

const found = async (release: 'trixie' | 'forky') =>
  requires('runc', 'docker-registry', '/bin/busybox')
    ? await laterContainerd(release)
    : { absent: 'runc, docker-registry or busybox-static is not installed' };
const [v1, v2] = await Promise.all([found('trixie'), found('forky')]);
const absent = (one: typeof v1) => ('absent' in one ? one.absent : undefined);
const binaries = (one: typeof v1) => ('binaries' in one ? one.binaries : '');

/** `remove-container ID`, `remove-image b1:1`. */
const words = (planned: Awaited<ReturnType<typeof planNode>>, host: string) =>
  inWords(planned, host).map((one) => one.replace(/[0-9a-f]{12}$/, 'ID'));

/** Images `web`, `b1` and `b2` with a layer in common, and `job`, which ends at once: pushed, and pulled. */
async function fill({ registry, rig, host }: Node): Promise<void> {
  const box = busyboxLayer();
  const shared = paddingLayer('shared', 700_000);
  for (const name of ['web', 'b1', 'b2'])
    await pushRunnable(registry.url, name, { tag: '1', layers: [box, shared, paddingLayer(name, 200_000)] });
  await pushRunnable(registry.url, 'job', { tag: '1', layers: [box], entrypoint: ['/bin/busybox', 'true'] });
  for (const name of ['web', 'b1', 'b2', 'job']) await rig.pull(`${host}${name}:1`);
}

/** Applies a plan, and sees that exactly the bytes that it said are gone. */
async function freesWhatItSays(runtime: Runtime, options: PlanOptions = {}, journal = memoryJournal()) {
  const before = await planNode(runtime, options);
  const report = await applyNode(runtime, before, journal);
  expect(report.undone).toEqual([]);
  const after = await planNode(runtime, options);
  const bytes = (one: typeof before) => one.plan.header.node?.bytes ?? 0;
  expect(bytes(before) - bytes(after)).toBe(before.plan.header.freesBytes);
  return { before, after };
}

async function sandboxImageStays({ runtime, rig, host }: Node): Promise<void> {
  expect((await rig.images()).find(({ repo_tags }) => repo_tags[0]?.includes('/pause:'))?.pinned).toBe(true);
  expect(inWords(await planNode(runtime), host)).not.toContain('remove-image pause:1');
}

async function jobEnded({ rig, host }: Node, handler = ''): Promise<void> {
  const job = await rig.pod('job', { handler });
  await rig.ended(await rig.container(job, { image: `${host}job:1` }));
  await rig.stopPod(job);
}

const allThatIsUnused = [
  ...['remove-container ID', 'remove-sandbox ID'],
  ...['remove-image b1:1', 'remove-image b2:1', 'remove-image job:1'],
];

describeWhereHad('node-gc on the containerd of trixie (1.7)', absent(v1), () => {
  let node: Node;

  beforeAll(async () => {
    node = await startNode({ binaries: binaries(v1) });
    await fill(node);
    await node.rig.container(await node.rig.pod('web'), { image: `${node.host}web:1` });
  });

  test('the sandbox image is pinned by the runtime itself, and stays', () => sandboxImageStays(node));

  test('frees exactly the bytes that it said, and undo pulls again', async () => {
    const { runtime, host, rig } = node;
    await jobEnded(node);
    const journal = memoryJournal();

    const { before } = await freesWhatItSays(runtime, { more: { releaseContent: true } }, journal);

    expect(words(before, host).slice(0, 5)).toEqual(allThatIsUnused);
    const undone = await undoNode(runtime, before.plan.header.id, journal);
    expect(undone.counts).toMatchObject({ restored: 3, failed: 0 });
    await rig.container(await rig.pod('again'), { image: `${host}b1:1` });
  });
});

describeWhereHad('node-gc on the containerd of forky (2.x), with two snapshotters', absent(v2), () => {
  let node: Node;

  beforeAll(async () => {
    node = await startNode({ binaries: binaries(v2), secondSnapshotter: true });
    await fill(node);
    await node.rig.container(await node.rig.pod('web'), { image: `${node.host}web:1` });
    await node.rig.container(await node.rig.pod('alt', { handler: 'alt' }), { image: `${node.host}web:1` });
  });

  test('the sandbox image is pinned by the runtime itself, and stays', () => sandboxImageStays(node));

  test('packed layers stay, since a pod on the other snapshotter could not be made any more', async () => {
    const planned = await planNode(node.runtime, { images: 'none', more: { releaseContent: true } });

    expect(inWords(planned).filter((one) => one.startsWith('release-content'))).toEqual([]);
    expect(planned.plan.header.node?.contentStays).toMatch(/several snapshotters \(native, overlayfs\)/);
  });

  test('frees exactly the bytes that it said, in both snapshotters, and undo pulls again', async () => {
    const { runtime, rig, host } = node;
    await jobEnded(node, 'alt');
    const journal = memoryJournal();

    const { before } = await freesWhatItSays(runtime, {}, journal);

    expect(words(before, host)).toEqual(allThatIsUnused);
    expect((await rig.containers()).map(({ state }) => state)).toEqual(['CONTAINER_RUNNING', 'CONTAINER_RUNNING']);
    const undone = await undoNode(runtime, before.plan.header.id, journal);
    expect(undone.counts).toMatchObject({ restored: 3, failed: 0 });
    await rig.container(await rig.pod('again', { handler: 'alt' }), { image: `${host}b1:1` });
  });
});

describeWhereHad('node-gc on the containerd of forky (2.x)', absent(v2), () => {
  let node: Node;
  let own: Runtime;

  beforeAll(async () => {
    node = await startNode({ binaries: binaries(v2) });
    await fill(node);
    const address = { kind: 'containerd', socket: node.containerd.socket, namespace: 'k8s.io' } as const;
    own = await openRuntime(address, { timeoutMs: 20_000, nowMs: Date.now }, never);
  });

  const tags = async () =>
    (await node.rig.images()).flatMap(({ repo_tags }) => repo_tags.map((one) => one.replace(node.host, ''))).sort();

  test('an image that is mounted as a volume stays, by way of cri:// and of containerd://', async () => {
    const { rig, runtime, host } = node;
    const b2 = (await rig.images()).find(({ repo_tags }) => repo_tags.includes(`${host}b2:1`));
    const pod = await rig.pod('volumes');
    await rig.container(pod, { image: `${host}web:1`, volume: `${host}b1:1` });
    await rig.container(pod, { name: 'later', image: `${host}web:1`, volume: b2?.id ?? '', start: false });

    expect(words(await planNode(runtime), host)).toEqual(['remove-image job:1']);
    expect(words(await planNode(own), host).filter((one) => / b\d|web|pause/.test(one))).toEqual([]);
    expect(await runtime.removeImage(b2?.id ?? '', never)).toBe('in-use');
    expect(await own.removeImage(`${host}b1:1`, never)).toBe('in-use');
    expect(await tags()).toEqual(['b1:1', 'b2:1', 'job:1', 'pause:1', 'web:1']);
    await runtime.removeSandbox(pod.id, never);
  });

  test('what a crashed sandbox holds for its volumes is free with it, to the byte', async () => {
    const { rig, runtime, host } = node;
    const pod = await rig.pod('crashed');
    await rig.ended(await rig.container(pod, { image: `${host}job:1`, volume: `${host}b1:1` }));
    await rig.crashPod(pod);
    const keep = ['web', 'b2'].map((name) => ({ kind: 'glob', text: `${host}${name}:1` }) as const);

    const { before } = await freesWhatItSays(runtime, { images: { keep } });

    expect(words(before, host).sort()).toEqual([
      ...['remove-container ID', 'remove-image b1:1', 'remove-image job:1', 'remove-sandbox ID'],
    ]);
  });

  test('by containerd’s own services it frees exactly the bytes that it said, and undo has containerd pull', async () => {
    const journal = memoryJournal();

    const { before } = await freesWhatItSays(own, {}, journal);

    await expect.poll(tags).toEqual(['pause:1']);
    const undone = await undoNode(own, before.plan.header.id, journal);
    expect(undone.counts).toMatchObject({ conflict: 0, impossible: 0, failed: 0 });
    await expect.poll(tags).toEqual(['b2:1', 'pause:1', 'web:1']);
    await node.rig.container(await node.rig.pod('again'), { image: `${node.host}b2:1` });
  });

  test('discard_unpacked_layers, as tune writes it, takes effect; what was pulled before can be let go of', async () => {
    const { rig, runtime, containerd, host } = node;
    const config = fileNodeConfig({ root: '/', containerd: join(containerd.folder, 'config.toml') });
    const [file] = await config.read(
      tuningOf({ high: '70', low: '60', minAgeMs: 0, discardUnpackedLayers: true }),
      never,
    );
    if (file !== undefined) await config.write(file, Date.now());
    await containerd.restart();
    await rig.pull(`${host}b1:1`);
    await runtime.collect(never);
    const packed = async () => {
      const planned = await planNode(runtime, { images: 'none', containers: 'none', more: { releaseContent: true } });
      return { planned, count: words(planned, host).filter((one) => one.startsWith('release-content')).length };
    };

    expect((await packed()).count).toBe(3); // web, b2 and pause

    const options = { images: 'none', more: { releaseContent: true } } as const;
    await freesWhatItSays(runtime, options);
    expect((await packed()).count).toBe(0);
    const checks = await examineNode({ runtime, root: '/nowhere', timeoutMs: 20_000, nowMs: Date.now, signal: never });
    expect(checks.find(({ name }) => name === 'runtime: packed layers')).toMatchObject({
      status: 'ok',
      finding: 'none are kept besides the unpacked ones',
    });
    await rig.container(await rig.pod('discarded'), { image: `${host}b1:1` });
  });
});
