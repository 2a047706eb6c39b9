import { existsSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runCli, spawnCli } from '../support/run-cli.ts';
import { buildStore, image, index, listTree } from '../support/store-world/index.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

/** `o` and `p` are orphans, `d` is a layer of a deleted image `D`, `U` an untagged image with the layer `u`. */
function makeStore() {
  const dir = join(makeTempFolder('hard-prune'), 'registry');
  const store = buildStore(dir, {
    manifests: {
      ...{ A: image(['x', 'y']), B: image(['x', 'z']), I: index(['A', 'B']), S: image(['s'], { subject: 'A' }) },
      ...{ D: image(['d']), U: image(['u', 'x']) },
    },
    repositories: {
      app: { tags: { v1: 'A', latest: ['A', 'I'] }, untagged: ['S', 'U'], deleted: ['D'] },
      'app/nested': { tags: { v1: 'B' }, layers: ['x', 'o'] },
    },
    orphans: ['o', 'p'],
    blobs: { o: 100_000 },
  });
  const orphans = ['o', 'p', 'D', 'd', 'D.config'].map((name) => store.digest(name));
  return { dir, store, orphans, address: `distribution-fs:${dir}` };
}

interface PlanDocument {
  readonly blobs: { readonly wouldDelete: { readonly blobs: number; readonly reclaimableBytes: number } };
  readonly actions: readonly { readonly do: string; readonly digest?: string; readonly repositories?: string[] }[];
}

async function planOf(...args: readonly string[]): Promise<PlanDocument> {
  const { code, stdout, stderr } = await runCli(['hard-prune', ...args, '-o', 'json']);
  expect(stderr).toBe('');
  expect(code).toBe(0);
  return JSON.parse(stdout) as PlanDocument;
}

describe('a dry run', () => {
  test('needs no registry, tells all blobs that no manifest names, and leaves the storage byte for byte as it is', async () => {
    const { dir, store, orphans, address } = makeStore();
    const before = listTree(dir);
    const plan = await planOf('--store', address);
    expect(listTree(dir)).toEqual(before);
    expect(plan.actions.map(({ digest }) => digest).sort()).toEqual([...orphans].sort());
    expect(plan.actions.find(({ digest }) => digest === store.digest('o'))?.repositories).toEqual(['app/nested']);
    expect(plan.blobs.wouldDelete.blobs).toBe(5);
    expect(plan.blobs.wouldDelete.reclaimableBytes).toBeGreaterThanOrEqual(100_000);

    const { stdout } = await runCli(['hard-prune', '--store', address, '--min-blob-age', '0s']);
    expect(stdout).toMatch(/^Would delete 5 blobs\nWould free up \d+(\.\d+)? KiB of disk space$/m);
    expect(listTree(dir)).toEqual(before);
  });

  test('takes untagged manifests with what only they need, and neither children nor referrers of what is tagged', async () => {
    const { store, orphans, address } = makeStore();
    const plan = await planOf('--store', address, '--delete-untagged', '--max-delete-ratio', '1');
    const manifests = plan.actions.filter((action) => action.do === 'delete-manifest').map(({ digest }) => digest);
    expect(manifests).toEqual([store.digest('U')]);
    const blobs = plan.actions.filter((action) => action.do === 'unlink-blob').map(({ digest }) => digest);
    const untagged = ['U', 'u', 'U.config'].map((name) => store.digest(name));
    expect(blobs.sort()).toEqual([...orphans, ...untagged].sort());
  });

  test('keeps what is younger than was asked for', async () => {
    const plan = await planOf('--store', makeStore().address, '--min-blob-age', '100000h');
    expect(plan.actions).toEqual([]);
  });

  test('says what is missing, and what does not lie where it was looked for', async () => {
    const none = await runCli(['hard-prune', '-o', 'json']);
    expect(none.code).toBe(2);
    expect(JSON.parse(none.stdout).error.code).toBe('CONFIG_INVALID');
    const elsewhere = await runCli(['hard-prune', '--store', 'distribution-fs:/nowhere/at/all', '-o', 'json']);
    expect(elsewhere.code).toBe(2);
    expect(JSON.parse(elsewhere.stdout).error.code).toBe('STORE_NOT_FOUND');
    const short = await runCli(['hard-prune', '--store', makeStore().address, '--grace', '1m']);
    expect(short.code).toBe(2);
    expect(short.stderr).toContain('it is less than 2h, while pushes go on');
    for (const [flag, least] of [
      ['--check-after', '10s'],
      ['--upload-age', '2h'],
    ] as const) {
      const args = ['--store', makeStore().address, '--cache', 'none', flag, '0s', '--confirm'];
      const { code, stderr } = await runCli(['hard-prune', ...args]);
      expect([code, stderr]).toEqual([2, expect.stringContaining(`it is less than ${least}, while pushes go on`)]);
    }
  });
});

describe('a run', () => {
  test('is refused where a registry may remember what is on the disk, and none was named', async () => {
    const { dir, address } = makeStore();
    const { code, stderr } = await runCli(['hard-prune', '--store', address, '--confirm']);
    expect(code).toBe(2);
    expect(stderr).toContain('HARD_PRUNE_NO_REPLICAS');
    expect(existsSync(join(dir, '.winnow', 'ledger.ndjson'))).toBe(false);
  });

  test('removes links, tells what is on its way out, and can be undone', async () => {
    const { store, orphans, address } = makeStore();
    const home = makeTempFolder('home');
    const run = (...args: readonly string[]) => runCli(args, { home });
    const link = store.layerLink('app/nested', 'o');
    expect(existsSync(link)).toBe(true);

    const done = await run('hard-prune', '--store', address, '--cache', 'none', '--check-after', '10s', '--confirm');
    expect(done.code).toBe(0);
    expect(done.stdout).toContain('Unlinked 5 blobs');
    expect(existsSync(link)).toBe(false);
    const status = JSON.parse((await run('hard-prune', 'status', '--store', address, '-o', 'json')).stdout);
    expect(status.counts).toEqual({ beingUnlinked: 0, unlinked: 5, hidden: 0, hiddenBytes: 0, due: 0 });
    expect(status.blobs.map(({ digest }: { digest: string }) => digest).sort()).toEqual([...orphans].sort());

    const again = await run('hard-prune', '--store', address);
    expect(again.stdout).toContain('Would delete 0 blobs');

    expect((await run('undo', 'last')).code).toBe(0);
    expect(existsSync(link)).toBe(true);
  });

  test('removes temporary files that a registry left beside links and data, with --thorough, and none that is young', async () => {
    const dir = join(makeTempFolder('tidy'), 'registry');
    const store = buildStore(dir, {
      manifests: { A: image(['x', 'y']) },
      repositories: { app: { tags: { v1: 'A' } } },
    });
    const left = (path: string, atMs = store.atMs) => {
      const file = `${path}.0b2c3d4e-0000-4000-8000-000000000000.tmp`;
      store.write(file, 'half', atMs);
      return file;
    };
    const places = [
      ...[store.data('x'), store.layerLink('app', 'x'), store.revisionLink('app', 'A')],
      ...[store.currentLink('app', 'v1'), store.historyLink('app', 'v1', 'A')],
    ];
    const old = places.map((path) => left(path));
    const young = left(store.layerLink('app', 'y'), Date.now());
    const flags = ['--store', `distribution-fs:${dir}`, '--cache', 'none', '--confirm'];

    expect((await runCli(['hard-prune', ...flags])).code).toBe(0);
    expect(old.filter((file) => !existsSync(file))).toEqual([]);
    expect((await runCli(['hard-prune', ...flags, '--thorough'])).code).toBe(0);

    expect(old.filter((file) => existsSync(file))).toEqual([]);
    expect(existsSync(young)).toBe(true);
    expect(places.filter((path) => !existsSync(path))).toEqual([]);
  });

  test('does exactly what a saved plan says', async () => {
    const { store, address } = makeStore();
    const home = makeTempFolder('home');
    const file = join(home, 'plan.jsonl');
    const planned = await runCli(['hard-prune', '--store', address, '--cache', 'none', '--plan-out', file], { home });
    expect(planned.stdout).toContain(`winnow apply ${file} --confirm`);
    expect((await runCli(['apply', file], { home })).stdout).toContain('Would delete 5 blobs');
    const env = { WINNOW_HARD_PRUNE_CHECK_AFTER: '10s' };
    const applied = await runCli(['apply', file, '--confirm'], { home, env });
    expect(applied.stdout).toContain('Unlinked 5 blobs');
    expect(applied.code).toBe(0);
    expect(existsSync(store.layerLink('app/nested', 'o'))).toBe(false);
  });
});

describe('a run that is repeated', () => {
  test('is told how often by POLL_INTERVAL, and outlives a round that fails', async () => {
    const { dir, address } = makeStore();
    const loop = spawnCli(['hard-prune', '--store', address], {
      env: { POLL_INTERVAL: '0.2', MIN_GC_BLOB_AGE: '3600' },
    });
    const rounds = () => loop.stdout().split('Would delete 5 blobs').length - 1;
    await loop.waitFor(/Would delete 5 blobs[\s\S]*Would delete 5 blobs/);
    renameSync(dir, `${dir}-away`);
    await loop.waitFor('STORE_NOT_FOUND');
    const before = rounds();
    renameSync(`${dir}-away`, dir);
    await expect.poll(rounds, { timeout: 20_000 }).toBeGreaterThan(before);
    loop.kill('SIGTERM');

    expect((await loop.exited).signal).toBeNull();
  });

  test('ends between two rounds when it is stopped, with the exit code of the last', async () => {
    const { address } = makeStore();
    const loop = spawnCli(['hard-prune', '--store', address, '--every', '1h', '--max-delete-ratio', '0']);
    await loop.waitFor('Would delete 5 blobs');
    await new Promise((resolve) => setTimeout(resolve, 500)); // all of the round is over by then
    loop.kill('SIGTERM');

    const once = await runCli(['hard-prune', '--store', address, '--max-delete-ratio', '0']);
    expect((await loop.exited).code).toBe(once.code);
  });

  test('takes MIN_GC_BLOB_AGE for the age, and refuses one that is no number', async () => {
    const { address } = makeStore();
    const old = await runCli(['hard-prune', '--store', address], { env: { MIN_GC_BLOB_AGE: '360000000' } });
    expect(old.stdout).toContain('Would delete 0 blobs');
    const wrong = await runCli(['hard-prune', '--store', address], { env: { POLL_INTERVAL: 'often' } });
    expect([wrong.code, wrong.stderr.includes('POLL_INTERVAL: "often" is no number of seconds')]).toEqual([2, true]);
  });
});
