import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { type CliResult, runCli, spawnCli } from '../support/run-cli.ts';
import { buildStore, image } from '../support/store-world/index.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

/** `app:v1` and `tool:v1` are live; an upload is stale, and a link leads to nothing. */
function makeStore() {
  const store = buildStore(join(makeTempFolder('checked'), 'registry'), {
    manifests: { A: image(['x', 'y']), B: image(['x', 'z']) },
    repositories: { app: { tags: { v1: 'A' }, uploads: { u: { sizeBytes: 3 } } }, tool: { tags: { v1: 'B' } } },
  });
  store.write(store.layerLink('app', 'gone'), store.digest('gone'));
  return { store, run: ['--store', `distribution-fs:${store.folder}`, '--cache', 'none', '-o', 'json'] };
}

interface Report {
  readonly steps: Readonly<Record<string, { readonly count: number }>>;
  readonly fsck?: Readonly<
    Record<'before' | 'new' | 'putRight', { readonly broken: number; readonly findings: object[] }>
  >;
}

function reportOf({ stdout }: CliResult): Report {
  return JSON.parse(stdout) as Report;
}

test('what was broken before a run is told and does not stop it, and what breaks during it makes it end with 1', async () => {
  const { store, run } = makeStore();
  store.remove(store.layerLink('app', 'y'));
  const child = spawnCli(['hard-prune', ...run, '--thorough', '--fsck', '--confirm'], {
    env: { WINNOW_LOG_LEVEL: 'info' },
  });
  await child.waitFor('applying');
  await setTimeout(1500); // the first look is over, and what it found is about to be looked at again
  store.remove(store.data('z'));
  const ended = await child.exited;

  expect(ended.code).toBe(1);
  expect(reportOf(ended).steps['delete-upload']?.count).toBe(1);
  expect(reportOf(ended).fsck).toMatchObject({
    before: {
      broken: 1,
      findings: [{ kind: 'link-missing', repository: 'app', what: store.digest('y') }, { kind: 'link-idle' }],
    },
    new: { broken: 1, findings: [{ kind: 'blob-without-data', repository: 'tool', what: store.digest('z') }] },
    putRight: { broken: 0, findings: [{ kind: 'link-idle', what: store.digest('gone') }] },
  });
  expect(ended.stderr).toContain('something is broken that was not before the run');
});

test('a saved plan is applied between two checks where the settings say so', async () => {
  const { store, run } = makeStore();
  store.remove(store.layerLink('app', 'gone'));
  const home = makeTempFolder('home');
  const plan = join(home, 'plan.jsonl');
  await runCli(['hard-prune', ...run, '--plan-out', plan], { home });

  const applied = await runCli(['apply', plan, '--confirm'], { home, env: { WINNOW_HARD_PRUNE_FSCK: 'true' } });

  expect(applied).toMatchObject({ code: 0, stdout: expect.stringContaining('Deleted 1 stale upload') });
  expect(applied.stdout).toMatch(/^CHECKED BEFORE AND AFTER\nBefore: +all was whole\nNew: +nothing$/m);
});

test('a check is refused where nothing is done, and around a part of a storage', async () => {
  const { run } = makeStore();
  const refused = async (...more: readonly string[]) => {
    const { code, stdout } = await runCli(['hard-prune', ...run, '--fsck', ...more]);
    return [code, JSON.parse(stdout).error.message as string];
  };

  expect(await refused()).toEqual([2, expect.stringContaining('--fsck says more about --confirm')]);
  expect(await refused('--shard', '1/2', '--confirm')).toEqual([2, expect.stringContaining('on a part alone')]);
});
