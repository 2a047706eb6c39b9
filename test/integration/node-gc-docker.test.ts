import { beforeAll, beforeEach, expect, test } from 'vitest';
import { memoryJournal } from '../../src/systems/journal/memory/memory-journal.ts';
import type { Runtime } from '../../src/systems/runtime/contract.ts';
import { openRuntime } from '../../src/systems/runtime/index.ts';
import { type DockerRegistry, startDockerRegistry } from '../support/docker-registry.ts';
import { type Dockerd, startDockerd } from '../support/dockerd.ts';
import { applyNode, inWords, planNode, undoNode } from '../support/node-rig.ts';
import { describeReal } from '../support/requirements.ts';
import { busyboxLayer, paddingLayer, pushRunnable, type RunnableLayer } from '../support/runnable-image.ts';

interface Listed {
  readonly Id: string;
  readonly RepoTags: readonly string[] | null;
}

describeReal('node-gc on Docker', ['dockerd', 'containerd', 'runc', 'docker-registry', '/bin/busybox'], () => {
  const never = new AbortController().signal;
  let registry: DockerRegistry;
  let docker: Dockerd;
  let runtime: Runtime;
  let box: RunnableLayer;
  let host: string;

  beforeAll(async () => {
    registry = await startDockerRegistry();
    docker = await startDockerd(registry.host);
    host = `${registry.host}/`;
    const options = { timeoutMs: 30_000, nowMs: Date.now };
    runtime = await openRuntime({ kind: 'docker', socket: docker.socket }, options, never);
    box = busyboxLayer();
    const shared = paddingLayer('shared', 1_500_000);
    const base = { layers: [box] };
    await pushRunnable(registry.url, 'job', { tag: '1', ...base, entrypoint: ['/bin/busybox', 'true'] });
    await pushRunnable(registry.url, 'web', { tag: '1', layers: [box, paddingLayer('web', 300_000)] });
    await pushRunnable(registry.url, 'app', {
      tag: '1',
      layers: [box, shared, paddingLayer('app1', 300_000)],
      labels: { opschain: 'true', 'opschain.change_id': 'abc123' },
    });
    await pushRunnable(registry.url, 'app', {
      tag: '2',
      layers: [box, shared, paddingLayer('app2', 500_000)],
      labels: { opschain: 'true' },
      created: new Date(Date.now() - 3_600_000),
    });
  });

  /** A running web container, one that has ended, and two images that nothing uses. */
  beforeEach(async () => {
    for (const { Id } of await containers()) await docker.ask('DELETE', `/containers/${Id}?force=1`);
    await applyNode(runtime, await planNode(runtime));
    for (const name of ['web:1', 'job:1', 'app:1', 'app:2']) await pull(name);
    await run('web:1');
    const job = await run('job:1');
    await docker.ask('POST', `/containers/${job}/wait`);
  });

  const images = async () => (await docker.ask('GET', '/images/json')) as readonly Listed[];
  const containers = async () => (await docker.ask('GET', '/containers/json?all=1')) as readonly { Id: string }[];
  const tags = async () =>
    (await images()).flatMap(({ RepoTags }) => RepoTags ?? []).map((one) => one.replace(host, ''));
  const pull = (name: string) => docker.ask('POST', `/images/create?fromImage=${encodeURIComponent(host + name)}`);
  const layersBytes = async () => ((await docker.ask('GET', '/system/df')) as { LayersSize: number }).LayersSize;
  const removals = (planned: Awaited<ReturnType<typeof planNode>>) =>
    inWords(planned, host)
      .filter((one) => one.startsWith('remove-image'))
      .sort();

  async function create(name: string): Promise<string> {
    const settings = { Image: host + name, HostConfig: { NetworkMode: 'host' } };
    return ((await docker.ask('POST', '/containers/create', settings)) as { Id: string }).Id;
  }

  async function run(name: string): Promise<string> {
    const id = await create(name);
    await docker.ask('POST', `/containers/${id}/start`);
    return id;
  }

  test('frees exactly the bytes that it said, and what runs goes on', async () => {
    const planned = await planNode(runtime);
    expect(removals(planned)).toEqual(['remove-image app:1', 'remove-image app:2', 'remove-image job:1']);
    const before = await layersBytes();

    const report = await applyNode(runtime, planned);

    expect(report.undone).toEqual([]);
    expect(before - (await layersBytes())).toBe(planned.plan.header.freesBytes);
    expect(await tags()).toEqual(['web:1']);
    expect(await containers()).toMatchObject([{ State: 'running' }]);
    expect(inWords(await planNode(runtime))).toEqual([]);
  });

  test('of two images with a layer in common, the one that goes alone frees its own layers only', async () => {
    const keep = [{ kind: 'glob', text: `${host}app:2` }] as const;
    const planned = await planNode(runtime, { images: { keep }, containers: 'none' });
    expect(removals(planned)).toEqual(['remove-image app:1']);
    const before = await layersBytes();

    await applyNode(runtime, planned);

    expect(before - (await layersBytes())).toBe(planned.plan.header.freesBytes);
    expect(planned.plan.header.freesBytes).toBeLessThan(400_000);
  });

  test('where no history tells the sizes of layers, it does not say that its bytes are exact', async () => {
    expect((await planNode(runtime)).plan.header.node?.exactBytes).toBe(true);
    await pushRunnable(registry.url, 'untold', { tag: '1', layers: [box, paddingLayer('x', 9_000)], history: false });
    await pull('untold:1');

    expect((await planNode(runtime)).plan.header.node?.exactBytes).toBe(false);
  });

  test('labels choose the same images as in docker image prune', async () => {
    const labelled = (...labels: { key: string; value?: string; absent: boolean }[]) =>
      planNode(runtime, { images: { labels }, containers: 'ended' });
    const change = { key: 'opschain.change_id', value: 'abc123', absent: false };

    expect(removals(await labelled({ key: 'opschain', value: 'true', absent: false }))).toEqual([
      'remove-image app:1',
      'remove-image app:2',
    ]);
    expect(removals(await labelled(change))).toEqual(['remove-image app:1']);
    expect(removals(await labelled({ ...change, absent: true }))).toEqual(['remove-image app:2', 'remove-image job:1']);
    await applyNode(runtime, await labelled(change));
    const filters = encodeURIComponent(JSON.stringify({ dangling: ['false'], label: [`${change.key}=abc123`] }));
    expect(await docker.ask('POST', `/images/prune?filters=${filters}`)).toMatchObject({ ImagesDeleted: null });
  });

  test('until is the time of building, as in docker image prune, and says nothing of when it was pulled', async () => {
    const planned = await planNode(runtime, { images: { minBuildAgeMs: 72 * 3_600_000 } });

    expect(removals(planned)).toEqual(['remove-image app:1', 'remove-image job:1']);
    const pulledLately = await planNode(runtime, { images: { minBuildAgeMs: 72 * 3_600_000, minPullAgeMs: 600_000 } });
    expect(removals(pulledLately)).toEqual([]);
  });

  test('an image stays that a container was made from since the plan, also one that never ran', async () => {
    const planned = await planNode(runtime);
    await create('app:1');

    const report = await applyNode(runtime, planned);

    expect(report.undone).toMatchObject([{ outcome: { guard: 'in-use-again' } }]);
    expect(await tags()).toContain('app:1');
  });

  test('the engine itself refuses what is in use, and the image has its names still', async () => {
    const used = (await images()).find(({ RepoTags }) => RepoTags?.includes(`${host}web:1`));
    await docker.ask('POST', `/images/${used?.Id}/tag?repo=${encodeURIComponent(`${host}web`)}&tag=also`);

    expect(await runtime.removeImage(used?.Id ?? '', never)).toBe('in-use');

    expect((await tags()).filter((one) => one.startsWith('web')).sort()).toEqual(['web:1', 'web:also']);
    await docker.ask('DELETE', `/images/${encodeURIComponent(`${host}web:also`)}`);
  });

  test('two tags of one image go together, and one that is to stay keeps the other', async () => {
    await docker.ask('POST', `/images/${host}app:1/tag?repo=other&tag=name`);

    const keep = [{ kind: 'glob', text: 'other:name' }] as const;
    expect(removals(await planNode(runtime, { images: { keep } }))).not.toContain('remove-image app:1');
    const report = await applyNode(runtime, await planNode(runtime));
    expect(report.undone).toEqual([]);
    expect(await tags()).toEqual(['web:1']);
  });

  test('an image without any tag goes', async () => {
    await docker.ask('POST', `/images/${host}app:2/tag?repo=${encodeURIComponent(`${host}app`)}&tag=1`);

    const planned = await planNode(runtime);
    const report = await applyNode(runtime, planned);

    expect(report.undone).toEqual([]);
    expect(await tags()).toEqual(['web:1']);
    expect((await images()).length).toBe(1);
  });

  test('undo pulls by digest, and gives the tags back', async () => {
    const before = (await images()).map(({ Id }) => Id).sort();
    const journal = memoryJournal();
    const planned = await planNode(runtime, { containers: 'none' });
    await applyNode(runtime, planned, journal);
    expect(await tags()).not.toContain('app:1');

    const undone = await undoNode(runtime, planned.plan.header.id, journal);

    expect(undone.counts).toMatchObject({ restored: 2, failed: 0 });
    expect((await tags()).sort()).toEqual(['app:1', 'app:2', 'job:1', 'web:1']);
    expect((await images()).map(({ Id }) => Id).sort()).toEqual(before);
  });
});
