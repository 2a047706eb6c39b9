import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { openIntegratedRegistry } from '../../src/systems/integrated-registry/index.ts';
import { type KubeApiServer, startKubeApiServer } from '../support/kube-api-server/kube-api-server.ts';
import { type OpenshiftObjects, openshiftObjects } from '../support/openshift-objects.ts';
import { type OpenshiftRegistry, startOpenshiftRegistry } from '../support/openshift-registry.ts';
import { describeReal } from '../support/requirements.ts';
import { type CliResult, runCli } from '../support/run-cli.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

/*
 * The built command against an API server that speaks OpenShift's kinds, and a real registry. shop/web has A to D under latest, B under v1
 * as well; with one revision kept, C and D go, and B leaves latest.
 */

const streams = [{ name: 'shop/web', tags: { latest: ['A', 'B', 'C', 'D'], v1: ['B'] } }];
const { signal } = new AbortController();

interface World {
  readonly api: KubeApiServer;
  readonly registry: OpenshiftRegistry;
  readonly built: OpenshiftObjects;
  readonly home: string;
  run(...args: readonly string[]): Promise<CliResult>;
  history(): readonly string[];
  images(): readonly string[];
}

async function openWorld(): Promise<World> {
  const api = await startKubeApiServer({ openshift: true });
  const token = tokenIn(api.kubeconfig);
  const registry = await startOpenshiftRegistry(token);
  const built = openshiftObjects(streams, Date.now());
  for (const object of built.objects) api.put(object as Parameters<KubeApiServer['put']>[0]);
  const login = { token, isInsecure: false };
  const settings = {
    url: registry.url,
    isUrlGiven: true,
    login,
    forceInsecure: false,
    concurrency: 4,
    timeoutMs: 10_000,
    retries: 2,
  };
  const opened = await openIntegratedRegistry(settings, signal);
  await built.fill(opened);
  await opened.close();
  registry.lines.length = 0;
  const home = makeTempFolder('home');
  return {
    ...{ api, registry, built, home },
    run: (...args) => runCli(args, { home }),
    history: () => historyOf(api),
    images: () => api.all('Image').map(({ metadata }) => String(metadata?.name)),
  };
}

function pruneArgs({ api, registry }: World, ...more: readonly string[]): readonly string[] {
  return [
    ...['prune', 'images', '--cluster', `openshift:${api.kubeconfig}`, '--registry-url', registry.url],
    ...['--keep-tag-revisions=1', ...more],
  ];
}

function tokenIn(kubeconfig: string): string {
  const { users } = JSON.parse(readFileSync(kubeconfig, 'utf8')) as { users: { user: { token: string } }[] };
  return users[0]?.user.token ?? '';
}

function historyOf(api: KubeApiServer): readonly string[] {
  const stream = api.find('ImageStream', 'shop', 'web') as unknown as {
    status: { tags: { tag: string; items: { image: string }[] }[] };
  };
  return stream.status.tags.find(({ tag }) => tag === 'latest')?.items.map(({ image }) => image) ?? [];
}

describeReal('prune images, the built command', ['docker-registry', 'openssl'], () => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld();
  });

  test('shows what would go, and contacts no registry', async () => {
    const { code, stdout, stderr } = await world.run(...pruneArgs(world, '-o', 'json'));
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const plan = JSON.parse(stdout);
    const { image } = world.built;
    expect(plan.streamItems.map((one: { image: string }) => one.image)).toEqual(
      ['B', 'C', 'D'].map((name) => image(name).digest),
    );
    expect(plan.images.map((one: { digest: string }) => one.digest).sort()).toEqual(
      ['C', 'D'].map((name) => image(name).digest).sort(),
    );
    expect(plan.streamItems[0]).toMatchObject({
      stream: 'shop/web',
      tag: 'latest',
      index: 1,
      reason: 'beyond-tag-revisions',
    });
    expect(world.registry.lines).toEqual([]);
  });

  test('does it, says what it did, and a second run finds nothing to do', async () => {
    const { image } = world.built;
    const done = await world.run(...pruneArgs(world, '--confirm=true'));
    expect({ code: done.code, stderr: done.stderr }).toEqual({ code: 0, stderr: '' });
    expect(done.stdout).toContain(
      'deleted 2 image objects, deleted 3 image stream tag items, updated 1 image stream, deleted 4 layer links, deleted 2 manifest links',
    );
    expect(world.history()).toEqual([image('A').digest]);
    expect([...world.images()].sort()).toEqual(['A', 'B'].map((name) => image(name).digest).sort());
    for (const name of ['C', 'D'])
      for (const digest of [image(name).digest, image(name).config.digest, image(name).layer.digest])
        expect(world.registry.hasData(digest)).toBe(false);
    for (const name of ['A', 'B'])
      for (const digest of [image(name).digest, image(name).config.digest, image(name).layer.digest])
        expect(world.registry.hasData(digest)).toBe(true);

    const again = await world.run(...pruneArgs(world, '--confirm'));
    expect(again.code).toBe(0);
    expect(again.stdout).toContain('NOTHING TO DO');
    const shown = await world.run('run', 'show', 'last');
    expect(shown.code).toBe(0);
  });

  test('is undone as far as it can be, and what can not come back is told by name', async () => {
    const { image } = world.built;
    const runs = await world.run('run', 'ls', '-o', 'json');
    const ids = (JSON.parse(runs.stdout).items as { runId: string }[]).map(({ runId }) => runId);
    const { code, stdout } = await world.run('undo', ids.at(-1) ?? '', '--registry-url', world.registry.url);

    expect(code).toBe(3);
    expect(stdout).toContain(image('C').layer.digest);
    expect(world.history()).toEqual(['A', 'B', 'C', 'D'].map((name) => image(name).digest));
    expect(world.images()).toHaveLength(4);
    expect(world.registry.hasData(image('C').config.digest)).toBe(true);
  });
});

describeReal('prune images with a saved plan', ['docker-registry', 'openssl'], () => {
  test('keeps the data with --keep-blobs, applies exactly the plan, and undoes all that the API has', async () => {
    const world = await openWorld();
    const { image } = world.built;
    const plan = join(world.home, 'plan.jsonl');
    const planned = await world.run(...pruneArgs(world, '--keep-blobs', '--plan-out', plan));
    expect(planned.code).toBe(0);
    expect(planned.stdout).toContain('DRY RUN');

    const applied = await world.run('apply', plan, '--confirm');
    expect({ code: applied.code, stderr: applied.stderr }).toEqual({ code: 0, stderr: '' });
    expect(world.history()).toEqual([image('A').digest]);
    expect(world.images()).toHaveLength(2);
    expect(world.registry.hasData(image('D').layer.digest)).toBe(true);
    // One look at whether it deletes at all, of a digest that nothing has.
    expect(world.registry.lines.filter((line) => line.startsWith('DELETE /admin'))).toHaveLength(1);

    const { stdout } = await world.run('undo', 'last', '--registry-url', world.registry.url);
    expect(stdout).toContain('no other repository has the blob');
    expect(world.history()).toEqual(['A', 'B', 'C', 'D'].map((name) => image(name).digest));
    expect(world.images()).toHaveLength(4);
  });

  test('leaves an image alone that a pod began to use after the plan was made (H3)', async () => {
    const world = await openWorld();
    const { image } = world.built;
    const plan = join(world.home, 'plan.jsonl');
    await world.run(...pruneArgs(world, '--plan-out', plan));
    world.api.put({
      ...{ apiVersion: 'v1', kind: 'Pod', metadata: { namespace: 'other', name: 'late' } },
      spec: { containers: [{ name: 'app', image: `registry.example/shop/web@${image('D').digest}` }] },
      status: { phase: 'Running' },
    } as Parameters<KubeApiServer['put']>[0]);
    const applied = await world.run('apply', plan, '--confirm', '-o', 'json');

    expect(applied.code).toBe(3);
    expect(world.history()).toEqual(['A', 'D'].map((name) => image(name).digest));
    expect(world.registry.hasData(image('D').layer.digest)).toBe(true);
    expect(world.registry.hasData(image('C').layer.digest)).toBe(false);
  });
});

describeReal('prune images that can not go on', ['docker-registry', 'openssl'], () => {
  test('changes nothing where the registry does not delete, and says so once (DV-24)', async () => {
    const world = await openWorld();
    world.registry.onRequest = (line) => (line.startsWith('DELETE') ? 405 : undefined);
    const { code, stderr } = await world.run(...pruneArgs(world, '--confirm'));

    expect(code).toBe(2);
    expect(stderr).toContain('INTEGRATED_REGISTRY_UNSUPPORTED');
    expect(world.history()).toHaveLength(4);
  });

  test('changes nothing where the registry is not there, and hints at its address', async () => {
    const world = await openWorld();
    const args = ['prune', 'images', '--cluster', `openshift:${world.api.kubeconfig}`, '--confirm', '--timeout', '2s'];
    const { code, stderr } = await world.run(...args);

    expect(code).toBe(2);
    expect(stderr).toContain('failed to ping registry image-registry.openshift-image-registry.svc:5000');
    expect(stderr).toContain('--registry-url');
    expect(world.history()).toHaveLength(4);
  });

  test('does not guess where the registry is when no image tells (OC-85)', async () => {
    const api = await startKubeApiServer({ openshift: true });
    const { code, stderr } = await runCli(['prune', 'images', '--cluster', `openshift:${api.kubeconfig}`, '--confirm']);

    expect(code).toBe(2);
    expect(stderr).toContain('unable to find the remote registry host');
  });

  test('removes API objects alone with --prune-registry=false, and asks for no registry (OC-86)', async () => {
    const world = await openWorld();
    const args = ['prune', 'images', '--cluster', `openshift:${world.api.kubeconfig}`, '--keep-tag-revisions=1'];
    const { code } = await world.run(...args, '--prune-registry=false', '--confirm');

    expect(code).toBe(0);
    expect(world.images()).toHaveLength(2);
    expect(world.registry.lines).toEqual([]);
    expect((await world.run('undo', 'last')).code).toBe(0);
    expect(world.images()).toHaveLength(4);
    expect(world.history()).toHaveLength(4);
  });

  test('deletes nothing that a forbidden kind may use, and names the rule to grant', async () => {
    const world = await openWorld();
    const token = world.api.addUser('pruner', rulesWithout('pods'));
    const kubeconfig = world.api.kubeconfigFor(token);
    const args = ['prune', 'images', '--cluster', `openshift:${kubeconfig}`, '--keep-tag-revisions=1'];
    const { code, stdout } = await world.run(...args, '--prune-registry=false', '--confirm');

    expect(code).toBe(5);
    expect(stdout + (await world.run(...args)).stdout).toMatch(/pods/);
    expect(world.images()).toHaveLength(4);
    expect(world.history()).toHaveLength(4);
  });

  test.each([
    [
      ['--prune-over-size-limit', '--keep-tag-revisions=1', '--registry-url=ftp://registry'],
      'cannot be specified with',
    ],
    [['extra'], 'no arguments are allowed to this command'],
    [['--all=maybe'], 'neither true nor false'],
  ])('refuses %j', async (args, why) => {
    const { code, stderr } = await runCli(['prune', 'images', ...args]);

    expect(code).toBe(2);
    expect(stderr).toContain(why);
  });
});

test('reads an ImagePruner, and saved objects with no cluster at all', async () => {
  const folder = makeTempFolder('objects');
  const { objects } = openshiftObjects(streams, Date.now());
  writeFileSync(join(folder, 'all.json'), JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }));
  const pruner = join(makeTempFolder('pruner'), 'pruner.yaml');
  writeFileSync(pruner, 'kind: ImagePruner\nspec: {keepTagRevisions: 2, keepYoungerThan: 60000000000, schedule: ""}\n');
  const args = ['prune', 'images', '--cluster', `manifests:${folder}`, '--image-pruner', pruner, '-o', 'json'];
  const { code, stdout } = await runCli(args);

  expect(code).toBe(0);
  expect(JSON.parse(stdout).streamItems).toHaveLength(2);
});

describe('--image-pruner cluster', () => {
  let api: KubeApiServer;
  beforeAll(async () => {
    api = await startKubeApiServer({ openshift: true });
    for (const object of openshiftObjects(streams, Date.now()).objects)
      api.put(object as Parameters<KubeApiServer['put']>[0]);
  });

  const plan = (cluster: string, ...more: readonly string[]) => {
    const what = ['--cluster', cluster, '--image-pruner', 'cluster', '--prune-registry=false', '-o', 'json'];
    return runCli(['prune', 'images', ...what, ...more]);
  };
  const putPruner = (spec: object) =>
    api.put({
      ...{ apiVersion: 'imageregistry.operator.openshift.io/v1', kind: 'ImagePruner', metadata: { name: 'cluster' } },
      spec,
    });

  test('goes by the ImagePruner that the cluster has, and flags go before it', async () => {
    putPruner({ keepTagRevisions: 2, keepYoungerThan: 60_000_000_000, schedule: '' });
    const { code, stdout } = await plan(`openshift:${api.kubeconfig}`);
    expect(code).toBe(0);
    expect(JSON.parse(stdout).streamItems).toHaveLength(2);

    const typed = await plan(`openshift:${api.kubeconfig}`, '--keep-tag-revisions=3');
    expect(JSON.parse(typed.stdout).streamItems).toHaveLength(1);
  });

  test('reads that of the cluster whose images are pruned, where others are asked as well', async () => {
    const edge = await startKubeApiServer();
    putPruner({ keepTagRevisions: 2, keepYoungerThan: 60_000_000_000 });

    const { code, stdout } = await plan(`kubernetes:${edge.kubeconfig}`, '--cluster', `openshift:${api.kubeconfig}`);
    expect(code).toBe(0);
    expect(JSON.parse(stdout).streamItems).toHaveLength(2);
  });

  test('tells a field that makes no sense, by its name', async () => {
    putPruner({ keepTagRevisions: 'many' });
    const { code, stdout } = await plan(`openshift:${api.kubeconfig}`);

    expect(code).toBe(2);
    expect(stdout).toMatch(/imagepruners\/cluster of .*spec\.keepTagRevisions/);
  });

  test('says where there is none, and looks at nothing else', async () => {
    const bare = await startKubeApiServer({ openshift: true });
    const { code, stdout } = await plan(`openshift:${bare.kubeconfig}`);

    expect(code).toBe(2);
    expect(stdout).toContain('CLUSTER_NO_IMAGE_PRUNER');
    expect(bare.requests.filter((line) => /images|pods/.test(line))).toEqual([]);
  });

  test('names the rule that is missing', async () => {
    putPruner({});
    const kubeconfig = api.kubeconfigFor(api.addUser('pruner', rulesWithout('nothing')));
    const { code, stdout } = await plan(`openshift:${kubeconfig}`);

    expect(code).toBe(1);
    expect(JSON.parse(stdout).error.hint).toContain('resources: ["imagepruners"], verbs: ["get"]}');
  });

  test('is nothing that saved objects have', async () => {
    const { code, stdout } = await plan(`manifests:${makeTempFolder('objects')}`);

    expect(code).toBe(2);
    expect(stdout).toContain('only manifests of it');
  });
});

function rulesWithout(resource: string) {
  const all = [
    ...[
      { apiGroups: [''], resources: ['pods', 'replicationcontrollers', 'limitranges', 'secrets', 'configmaps'] },
      {
        apiGroups: ['apps'],
        resources: ['deployments', 'replicasets', 'statefulsets', 'daemonsets', 'controllerrevisions'],
      },
      { apiGroups: ['batch'], resources: ['jobs', 'cronjobs'] },
      { apiGroups: ['apps.openshift.io'], resources: ['deploymentconfigs'] },
      { apiGroups: ['build.openshift.io'], resources: ['builds', 'buildconfigs'] },
      {
        apiGroups: ['image.openshift.io'],
        resources: ['images', 'imagestreams', 'imagestreams/status', 'imagestreamtags'],
      },
    ],
  ];
  return all.map((rule) => ({
    ...rule,
    resources: rule.resources.filter((one) => one !== resource),
    verbs: ['get', 'list', 'watch', 'update', 'delete', 'create'],
  }));
}
