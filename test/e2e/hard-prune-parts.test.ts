import { createHash } from 'node:crypto';
import { existsSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runCli, spawnCli } from '../support/run-cli.ts';
import { buildStore, image, listFiles, listTree } from '../support/store-world/index.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

/** Twenty blobs that nobody needs, half of them linked by a repository, and an upload that lies about. */
function makeStore(count = 20) {
  const dir = join(makeTempFolder('parts'), 'registry');
  const orphans = Array.from({ length: count }, (_, n) => `o${n}`);
  const store = buildStore(dir, {
    manifests: { A: image(['x', 'y']), B: image(['x', 'z']) },
    repositories: {
      app: { tags: { v1: 'A' }, layers: orphans.filter((_, n) => n % 2 === 0), uploads: { u: { sizeBytes: 3 } } },
      tool: { tags: { v1: 'B' }, layers: orphans.slice(0, 5) },
    },
    orphans,
  });
  const home = makeTempFolder('home');
  const address = `distribution-fs:${dir}`;
  const run = (...args: readonly string[]) =>
    runCli(['hard-prune', '--store', address, '--cache', 'none', ...args], { home });
  return { dir, store, home, address, run, file: join(home, 'mark') };
}

interface Planned {
  readonly do: string;
  readonly digest?: string;
  readonly repositories?: readonly string[];
}

const ALL = ['--min-blob-age', '0s', '--upload-age', '2h', '--max-delete-ratio', '1', '-o', 'json'];

function told({ stdout }: { readonly stdout: string }): readonly string[] {
  const { actions } = JSON.parse(stdout) as { readonly actions: readonly Planned[] };
  return actions.map((one) => [one.do, one.digest, ...[...(one.repositories ?? [])].sort()].join(' ')).sort();
}

describe('a mark that is shared', () => {
  test('lets parts find together what one run finds, and changes nothing on the storage', async () => {
    const { dir, run, file } = makeStore();
    const ofTheRegistry = () => listTree(join(dir, 'docker'));
    const [before, filesBefore] = [ofTheRegistry(), listFiles(dir)];
    const marked = await run('--mark-out', file, '-o', 'json');
    expect([marked.code, marked.stderr]).toEqual([0, '']);
    // It asked the storage for its time: Winnow's own folder is there since, and nothing in it.
    expect([ofTheRegistry(), listFiles(dir)]).toEqual([before, filesBefore]);
    expect(JSON.parse(readFileSync(file, 'utf8').split('\n')[0] ?? '')).toHaveProperty('aheadMs');
    const all = listTree(dir);
    expect(JSON.parse(marked.stdout)).toMatchObject({ kind: 'StoreMark', unneeded: 20 });

    const whole = told(await run(...ALL));
    for (const count of [1, 3]) {
      const parts: string[] = [];
      for (let index = 1; index <= count; index += 1) {
        const part = await run('--mark', file, '--shard', `${index}/${count}`, ...ALL);
        expect([part.code, part.stderr]).toEqual([0, '']);
        parts.push(...told(part));
      }
      expect(parts.sort()).toEqual(whole);
    }
    expect(listTree(dir)).toEqual(all);
  });

  test('is swept by two at once, and what a manifest names since stays', async () => {
    const { store, run, file, address, home } = makeStore();
    expect((await run('--mark-out', file)).code).toBe(0);
    // Pushed after the mark was made: an image of a blob that nothing needed.
    const manifest = JSON.stringify({
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest: store.digest('o0'), size: 1 },
      layers: [],
    });
    const digest = `sha256:${createHash('sha256').update(manifest).digest('hex')}`;
    store.write(join(store.root, 'blobs/sha256', digest.slice(7, 9), digest.slice(7), 'data'), manifest);
    const link = join(store.repository('app'), '_manifests/revisions/sha256', digest.slice(7), 'link');
    store.write(link, digest);
    utimesSync(link, new Date(), new Date());

    const limits = ['--min-blob-age', '0s', '--upload-age', '2h', '--check-after', '10s', '--max-delete-ratio', '1'];
    const sweep = (shard: string) => run('--mark', file, '--shard', shard, ...limits, '--confirm');
    const [first, second] = await Promise.all([sweep('1/2'), sweep('2/2')]);
    expect([first?.code, second?.code].sort()).toEqual([0, 3]); // one part had something to leave
    expect(`${first?.stderr}${second?.stderr}`).toMatch(/^\S+ warn skipped [^\n]*a new manifest names it[^\n]*\n$/);

    const status = JSON.parse(
      (await runCli(['hard-prune', 'status', '--store', address, '-o', 'json'], { home })).stdout,
    ) as { readonly counts: object; readonly blobs: readonly { readonly digest: string }[] };
    const out = new Set(status.blobs.map((one) => one.digest));
    expect(out.has(store.digest('o0'))).toBe(false);
    expect(out.size).toBe(19);
    // The next run on all takes over what they noted.
    expect((await run(...limits, '--confirm')).code).toBe(0);
    expect((await runCli(['fsck', '--store', address], { home })).stdout).not.toContain('missing');
  });

  test('is swept to the same end when a part is killed in the midst of it, and begun again', async () => {
    const { dir, run, file, address, home } = makeStore(3000);
    expect((await run('--mark-out', file)).code).toBe(0);
    const limits = ['--min-blob-age', '0s', '--check-after', '10s', '--max-delete-ratio', '1', '--confirm'];
    const part = ['--mark', file, '--shard', '1/2', ...limits];
    const killed = spawnCli(['hard-prune', '--store', address, '--cache', 'none', ...part], { home });
    await expect
      .poll(() => existsSync(join(dir, '.winnow/ledger-1-of-2.ndjson')), { interval: 5, timeout: 30_000 })
      .toBe(true);
    killed.kill('SIGKILL');
    expect((await killed.exited).signal).toBe('SIGKILL');

    const [other, again] = await Promise.all([run('--mark', file, '--shard', '2/2', ...limits), run(...part)]);
    expect([other?.code, again?.code]).toEqual([0, 0]);
    const status = await runCli(['hard-prune', 'status', '--store', address, '-o', 'json'], { home });
    expect((JSON.parse(status.stdout) as { counts: object }).counts).toMatchObject({
      beingUnlinked: 0,
      unlinked: 3000,
    });
  });

  test('is refused for another storage, when it is damaged, when it is old, and together with what it can not tell', async () => {
    const { run, file } = makeStore();
    const other = makeStore();
    expect((await run('--mark-out', file)).code).toBe(0);
    const foreign = await other.run('--mark', file, '--shard', '1/2');
    expect([foreign.code, foreign.stderr]).toEqual([2, expect.stringContaining('HARD_PRUNE_MARK_OTHER_STORE')]);
    const manifests = await run('--mark', file, '--shard', '1/2', '--delete-untagged');
    expect(manifests.code).toBe(2);

    expect((await run('--mark-out', `${file}2`, '--expires-after', '1s')).code).toBe(0);
    await new Promise((resolve) => setTimeout(resolve, 1200));
    const old = await run('--mark', `${file}2`, '--shard', '1/2');
    expect([old.code, old.stderr]).toEqual([6, expect.stringContaining('HARD_PRUNE_MARK_OLD')]);

    writeFileSync(file, readFileSync(file, 'utf8').slice(0, -100));
    const damaged = await run('--mark', file, '--shard', '1/2');
    expect([damaged.code, damaged.stderr]).toEqual([1, expect.stringContaining('HARD_PRUNE_MARK_DAMAGED')]);
  });
});
