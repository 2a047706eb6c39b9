import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type DockerRegistry, startDockerRegistry } from '../support/docker-registry.ts';
import { type PushedImage, type PushedManifest, pushImage, pushIndex, pushTag } from '../support/push-image.ts';
import { brokenParts, readTags } from '../support/registry-view.ts';
import { describeReal } from '../support/requirements.ts';
import { runCli } from '../support/run-cli.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

const OLD = new Date('2020-01-01T00:00:00Z');

interface PodOptions {
  readonly image: string;
  readonly imageID?: string;
}

function pod(name: string, { image, imageID }: PodOptions) {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'shop', creationTimestamp: '2024-01-01T00:00:00Z' },
    spec: { containers: [{ name: 'app', image }] },
    status: {
      phase: 'Running',
      ...(imageID === undefined ? {} : { containerStatuses: [{ name: 'app', image, imageID }] }),
    },
  };
}

/** A cluster in files. @returns its short form */
function cluster(name: string, objects: readonly object[]): string {
  const folder = join(makeTempFolder('gitops'), name);
  objects.forEach((object, index) => {
    const path = join(folder, `deep/er/${index}.json`);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, JSON.stringify(object));
  });
  return `manifests:${folder}`;
}

describeReal('prune, on a real registry and a cluster in files', ['docker-registry'], () => {
  let registry: DockerRegistry;
  let world: {
    readonly used: PushedImage;
    readonly moved: { readonly old: PushedImage; readonly now: PushedImage };
    readonly index: PushedManifest;
    readonly child: PushedImage;
  };

  beforeAll(async () => {
    registry = await startDockerRegistry();
    const image = (repository: string, tag: string | undefined, label: string) =>
      pushImage(registry.url, repository, { label, created: OLD, layers: [label], ...(tag && { tag }) });
    const used = await image('team/app', 'v1', 'used');
    await image('team/app', 'v2', 'unused');
    await image('team/app', 'v3', 'unused too');
    const old = await image('team/web', 'latest', 'web, old');
    const child = await image('team/multi', undefined, 'amd64');
    const sibling = await image('team/multi', undefined, 'arm64');
    const index = await pushIndex(registry.url, 'team/multi', [child, sibling], { tag: 'v1' });
    const gone = await image('team/multi', undefined, 'gone');
    await pushIndex(registry.url, 'team/multi', [gone], { tag: 'v0' });
    await image('team/proxied', 'v1', 'by its alias');
    await image('team/proxied', 'v0', 'not by its alias');
    // `latest` moves on while a pod still runs what it was before.
    const now = await image('team/web', 'next', 'web, new');
    await pushTag(registry.url, 'team/web', 'latest', now);
    world = { used, moved: { old, now }, index, child };
  }, 60_000);

  afterAll(() => registry.stop());

  const going = ['team/app:v2', 'team/app:v3', 'team/multi:v0', 'team/proxied:v0'];
  const everything = ['--keep-matching', 'nothing', '--min-age', '0s'];
  const objects = () => {
    const { host } = registry;
    return [
      pod('app', { image: `${host}/team/app:v1`, imageID: `${host}/team/app@${world.used.digest}` }),
      pod('web', { image: `${host}/team/web:next`, imageID: `${host}/team/web@${world.moved.old.digest}` }),
      pod('multi', { image: `elsewhere.example/copy@${world.child.digest}` }),
      pod('proxied', { image: 'mirror.example/proxy/proxied:v1' }),
    ];
  };
  const aliases = () => ['--alias', `mirror.example/proxy=${registry.host}/team`];
  const prune = (...args: readonly string[]) =>
    runCli(['prune', '--registry', registry.url, ...everything, ...aliases(), ...args], { home });
  const home = makeTempFolder('home');

  test('without a cluster it refuses, and says what to do', async () => {
    const { code, stderr } = await runCli(['prune', '--registry', registry.url, ...everything], { home });
    expect(code).toBe(2);
    expect(stderr).toContain('PRUNE_NO_CLUSTERS');
    expect(stderr).toContain('--no-clusters');
  });

  test('a dry run tells what goes and why the rest stays; explain leads to the pod', async () => {
    const spec = cluster('prod', objects());
    const { code, stdout } = await prune('--cluster', spec, '-o', 'json', '--show-kept');
    const plan = JSON.parse(stdout);
    const targets = plan.actions
      .filter((action: { readonly do: string }) => action.do === 'delete-tag')
      .map(({ target }: { readonly target: string }) => target.slice(registry.host.length + 1));
    expect(targets.sort()).toEqual(going);
    expect(code).toBe(0);
    expect(plan.kept).toContainEqual({
      target: `${registry.host}/team/multi:v1`,
      reason: 'held',
      because: expect.stringContaining(world.child.digest),
    });

    const explained = await runCli(
      [
        'explain',
        'team/proxied:v1',
        '--for',
        'prune',
        '--registry',
        registry.url,
        ...everything,
        ...aliases(),
        '--cluster',
        spec,
      ],
      { home },
    );
    expect(explained.stdout).toContain('STAYS');
    expect(explained.stdout).toMatch(/Pod\/proxied[\s\S]*mirror\.example\/proxy\/proxied:v1[\s\S]*team\/proxied:v1/);
  });

  test('what a saved plan says is done, nothing is broken after it, and undo brings all back', async () => {
    const spec = cluster('prod', objects());
    const before = await readTags(registry.url);
    const planFile = join(home, 'plan.jsonl');
    const planned = await prune('--cluster', spec, '--plan-out', planFile);
    expect(planned.code).toBe(0);
    const applied = await runCli(['apply', planFile, '--confirm'], { home });
    expect(applied.stderr).toBe('');
    expect(applied.code).toBe(0);
    const after = await readTags(registry.url);
    expect([...before.keys()].filter((tag) => !after.has(tag)).sort()).toEqual(going);
    expect(await brokenParts(registry.url, after.keys())).toEqual([]);
    const moved = await fetch(`${registry.url}/v2/team/web/manifests/${world.moved.old.digest}`, {
      headers: { accept: 'application/vnd.oci.image.manifest.v1+json' },
    });
    expect(moved.status).toBe(200);
    expect((await runCli(['fsck', '--registry', registry.url], { home })).code).toBe(0);

    expect((await runCli(['undo', 'last'], { home })).code).toBe(0);
    expect(await readTags(registry.url)).toEqual(before);
  });
});
