import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { Digest } from '../../src/oci/digest.ts';
import { blobPath, layerLinkPath, storeRoot } from '../../src/oci/distribution-layout.ts';
import { startDockerRegistry } from '../support/docker-registry.ts';
import { pushImage } from '../support/push-image.ts';
import { describeReal } from '../support/requirements.ts';
import { type CliResult, runCli, spawnCli } from '../support/run-cli.ts';
import { type BuiltStore, buildStore, image, index, listTree, type StoreWorld } from '../support/store-world/index.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

const world: StoreWorld = {
  manifests: { A: image(['x', 'y']), B: image(['x', 'z']), I: index(['A', 'B']) },
  repositories: { app: { tags: { v1: 'A', all: 'I' } }, 'team/tool': { tags: { v1: 'B' } } },
};

function build(): BuiltStore {
  return buildStore(makeTempFolder('store'), world);
}

function fsck(store: Pick<BuiltStore, 'folder'>, ...flags: readonly string[]): Promise<CliResult> {
  return runCli(['fsck', '--store', `distribution-fs:${store.folder}`, ...flags]);
}

interface Report {
  readonly kind: string;
  readonly whole: boolean;
  readonly counts: Readonly<Record<string, number>>;
  readonly findings: readonly {
    readonly kind: string;
    readonly repository?: string;
    readonly tags: readonly string[];
  }[];
  readonly pushAgain: readonly string[];
  readonly repair?: { readonly confirmed: boolean; readonly steps: readonly { readonly outcome: string }[] };
}

function report({ stdout }: CliResult): Report {
  return JSON.parse(stdout) as Report;
}

test('a whole store ends with 0, and is not written to', async () => {
  const store = build();
  const before = listTree(store.folder);

  const [table, json] = [await fsck(store), await fsck(store, '-o', 'json')];

  expect([table.code, json.code]).toEqual([0, 0]);
  expect(table.stdout).toContain('all is whole');
  expect(report(json)).toMatchObject({ kind: 'FsckReport', whole: true, findings: [], pushAgain: [] });
  expect(report(json).counts).toMatchObject({ repositories: 2, tags: 3, broken: 0, brokenTags: 0 });
  expect(listTree(store.folder)).toEqual(before);
});

test('what is broken ends with 3, and names the images that are to be pushed again', async () => {
  const store = build();
  store.remove(store.data('y'));

  const json = await fsck(store, '-o', 'json');
  const table = await fsck(store);

  expect([json.code, table.code]).toEqual([3, 3]);
  expect(report(json)).toMatchObject({
    whole: false,
    counts: { broken: 1, brokenTags: 2 },
    pushAgain: ['app:all', 'app:v1'],
  });
  expect(report(json).findings).toMatchObject([
    { kind: 'blob-without-data', severity: 'broken', repository: 'app', what: store.digest('y'), remedy: 'push' },
  ]);
  expect(table.stdout).toMatch(/broken +blob-without-data +app +sha256:[0-9a-f]{12}… +all, v1 +push again/);
});

test('a part that could not be looked at ends with 5', async () => {
  const store = build();
  store.remove(join(store.root, 'blobs'));
  store.write(join(store.root, 'blobs', 'sha256'), 'a file where a folder should be');

  const { code, stderr } = await fsck(store);

  expect(code).toBe(5);
  expect(stderr).toContain('STORE_WALK_FAILED');
});

test('a link that is missing is shown, and then written with --confirm alone', async () => {
  const store = build();
  store.remove(store.layerLink('app', 'x'));
  const before = listTree(store.folder);

  const shown = await fsck(store, '--repair', '-o', 'json');
  expect(shown.code).toBe(3);
  expect(report(shown).repair).toMatchObject({ confirmed: false, steps: [{ do: 'link', outcome: 'planned' }] });
  expect(listTree(store.folder)).toEqual(before);

  const healed = await fsck(store, '--repair', '--confirm', '-o', 'json');
  expect(healed.code).toBe(0);
  expect(report(healed).repair).toMatchObject({ confirmed: true, steps: [{ do: 'link', outcome: 'done' }] });
  expect(readFileSync(store.layerLink('app', 'x'), 'utf8')).toBe(store.digest('x'));
});

test('a verification that is stopped goes on where it was', async () => {
  const store = build();
  const home = makeTempFolder('home');
  const points = join(home, '.local', 'state', 'winnow', 'fsck');
  const flags = ['fsck', '--store', `distribution-fs:${store.folder}`, '--verify'];
  store.write(store.data('z'), 'something else');

  const slow = spawnCli([...flags, '--rate', '60'], { home });
  while (!existsSync(points) || readdirSync(points).length === 0) await setTimeout(50);
  slow.kill('SIGINT');
  expect((await slow.exited).code).not.toBe(0);
  const point = JSON.parse(readFileSync(join(points, readdirSync(points)[0] as string), 'utf8')) as { blobs: number };
  const rest = await runCli([...flags, '--resume', '-o', 'json'], { home });

  expect(point.blobs).toBeGreaterThan(0);
  expect(rest.code).toBe(3);
  expect(report(rest).findings.map(({ kind, repository }) => [kind, repository])).toEqual([
    ['wrong-content', 'app'],
    ['wrong-content', 'team/tool'],
  ]);
  expect(report(rest).counts['verifiedBlobs']).toBe(report(rest).counts['blobs']);
  expect(readdirSync(points)).toEqual([]);
});

test('flags that say more about another need it', async () => {
  const store = build();

  for (const flags of [['--rate', '5Mi'], ['--resume'], ['--confirm']]) {
    const { code, stderr } = await fsck(store, ...flags);
    expect([code, stderr]).toEqual([2, expect.stringContaining('USAGE_INVALID')]);
  }
});

test('du tells where the bytes of a storage are', async () => {
  const store = buildStore(makeTempFolder('store'), { ...world, orphans: ['o'] });
  const address = ['--store', `distribution-fs:${store.folder}`];

  const json = await runCli(['du', ...address, '--layers', '-o', 'json']);
  const table = await runCli(['du', ...address, '--tags']);

  const use = JSON.parse(json.stdout) as Record<string, number> & { layers: { sizeBytes: number }[] };
  expect([json.code, table.code]).toEqual([0, 0]);
  expect(use).toMatchObject({ kind: 'DiskUse', hiddenBytes: 0, unneededBytes: store.bytes('o').length });
  expect(use.layers.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)).toBe(use['totalBytes']);
  expect(table.stdout).toMatch(/UNNEEDED +needed by nothing +14 B/);
  const dryRun = await runCli(['hard-prune', ...address, '--min-blob-age', '0s']);
  const [, reclaimable] = /RECLAIMABLE +what the disk gets back of it +(\S+ \S+)/.exec(table.stdout) ?? [];
  expect(dryRun.stdout).toContain(`Would free up ${reclaimable} of disk space`);
});

test('du measures a storage as a whole', async () => {
  const refused = await Promise.all([
    runCli(['du', '--store', 'distribution-fs:/x', 'app']),
    runCli(['du', '--layers']),
  ]);

  expect(refused.map(({ code }) => code)).toEqual([2, 2]);
});

describeReal('A registry’s own storage', ['docker-registry'], () => {
  test('is judged through the API as from below', async () => {
    const folder = makeTempFolder('storage');
    for (const part of ['blobs', 'repositories']) mkdirSync(join(storeRoot(folder), part), { recursive: true });
    const server = await startDockerRegistry({ folder, cache: 'none' });
    const pushed = await pushImage(server.url, 'app', { tag: 'v1', layers: ['base', 'code'] });
    await pushImage(server.url, 'team/tool', { tag: 'v1', layers: ['base'] });
    const digest = pushed.layers[1]?.digest as Digest;
    const api = () => runCli(['fsck', '--registry', server.url, '-o', 'json']);

    const before = await api();
    rmSync(blobPath(storeRoot(folder), digest));
    const [after, below] = [await api(), await fsck({ folder }, '-o', 'json')];

    expect([before.code, after.code, below.code]).toEqual([0, 3, 3]);
    expect(report(before).counts).toMatchObject({ repositories: 2, tags: 2, manifests: 2 });
    for (const one of [after, below])
      expect(report(one).findings).toMatchObject([
        { kind: 'blob-without-data', repository: 'app', what: digest, tags: ['v1'] },
      ]);
    expect(report(after).pushAgain).toEqual(['app:v1']);
  });

  test('is whole after pushes, and what is broken in it can’t be pulled', async () => {
    const folder = makeTempFolder('storage');
    for (const part of ['blobs', 'repositories']) mkdirSync(join(storeRoot(folder), part), { recursive: true });
    const server = await startDockerRegistry({ folder, cache: 'none' });
    const pushed = await pushImage(server.url, 'app', { tag: 'v1', layers: ['base', 'code'] });
    await pushImage(server.url, 'team/tool', { tag: 'v1', layers: ['base'] });
    expect((await fsck({ folder })).code).toBe(0);
    const layer = { digest: pushed.layers[0]?.digest as Digest };
    rmSync(layerLinkPath(storeRoot(folder), 'app', layer.digest));

    const broken = await fsck({ folder }, '-o', 'json');
    const pull = () => fetch(`${server.url}/v2/app/blobs/${layer.digest}`);

    expect((await pull()).status).toBe(404);
    expect(report(broken).findings).toMatchObject([{ kind: 'link-missing', repository: 'app', tags: ['v1'] }]);
    expect((await fsck({ folder }, '--repair', '--confirm')).code).toBe(0);
    expect((await pull()).status).toBe(200);
    expect(readdirSync(blobPath(storeRoot(folder), layer.digest).replace(/\/data$/, ''))).toEqual(['data']);
  });
});
