import { describe, expect, test } from 'vitest';
import { readTags } from '../support/registry-view.ts';
import { runCli } from '../support/run-cli.ts';
import {
  copyTag,
  holdings,
  hurtImages,
  type Rows,
  serveFolder,
  smallWorldClasses,
  smallWorldFolder,
  smallWorldRows,
  writeRows,
} from '../support/small-world.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

/* Between the plan that somebody read and its apply, the world goes on. What changed stays; the rest goes. */

interface Undone {
  readonly target: string;
  readonly result: string;
  readonly guard?: string;
}

async function planned(deleteByTag: boolean) {
  const folder = await smallWorldFolder();
  const home = makeTempFolder('home');
  const { url, host } = await serveFolder(folder, { deleteByTag });
  const csv = writeRows(smallWorldRows);
  const plan = `${home}/plan.jsonl`;
  const args = ['reconcile', '--registry', url, '--records', `file:${csv}`, ...smallWorldClasses, '--plan-out', plan];
  const made = await runCli(args, { home });
  expect(made.code, made.stderr).toBe(0);
  const digests = await readTags(url);
  return {
    url,
    digests,
    tags: async () => [...(await readTags(url)).keys()],
    holds: () => holdings(url, folder),
    rewrite: (rows: Rows) => writeRows(rows, csv),
    apply: async () => {
      const { code, stdout, stderr } = await runCli(['apply', plan, '--confirm', '-o', 'json'], { home });
      const report = JSON.parse(stdout || '{}') as { undone?: readonly Undone[]; counts?: Record<string, number> };
      const guards = new Map(
        (report.undone ?? []).map(({ target, guard }) => [target.slice(host.length + 1), guard] as const),
      );
      return { code, stderr, guards, counts: report.counts };
    },
  };
}

const everythingActive: Rows = Object.fromEntries(
  Object.keys(smallWorldRows).map((reference) => [reference, 'running' as const]),
);

describe.each([true, false])(
  'a saved plan that is applied to a world that has changed (delete by tag: %s)',
  (byTag) => {
    test('leaves a tag that was moved since', async () => {
      const world = await planned(byTag);
      await copyTag(world.url, 'team/app', 'step-3', 'step-1');

      const { code, guards, stderr } = await world.apply();

      expect(code, stderr).toBe(3);
      expect(guards.get('team/app:step-1')).toBe('target-changed');
      expect((await readTags(world.url)).get('team/app:step-1')).toBe(world.digests.get('team/app:step-3'));
      expect(await world.tags()).not.toContain('team/app:step-2');
      expect(await hurtImages(world.url, { ...smallWorldRows, 'team/app:step-1': 'running' })).toEqual([]);
    });

    test('leaves a tag whose record is active again', async () => {
      const world = await planned(byTag);
      const rows: Rows = { ...smallWorldRows, 'team/signed:old': 'running', 'team/multi:nested-old': 'running' };
      world.rewrite(rows);

      const { code, guards, stderr } = await world.apply();

      expect(code, stderr).toBe(3);
      expect(guards.get('team/signed:old')).toBe('record-changed');
      expect(guards.get('team/multi:nested-old')).toBe('record-changed');
      expect(await world.tags()).not.toContain('team/app:step-1');
      expect(await world.tags()).toContain(
        `team/signed:${String(world.digests.get('team/signed:old')).replace(':', '-')}.sig`,
      );
      expect(await hurtImages(world.url, rows)).toEqual([]);
    });

    test('leaves a manifest that was given a new tag since', async () => {
      const world = await planned(byTag);
      await copyTag(world.url, 'team/app', 'step-1', 'rescued');

      const { code, guards, stderr } = await world.apply();

      const digest = String(world.digests.get('team/app:step-1'));
      expect(code, stderr).toBe(3);
      expect(guards.get(`team/app@${digest}`)).toBe('still-tagged');
      expect((await readTags(world.url)).get('team/app:rescued')).toBe(digest);
      expect(await hurtImages(world.url, { ...smallWorldRows, 'team/app:rescued': 'running' })).toEqual([]);
    });

    test('takes what is gone already for done', async () => {
      const world = await planned(byTag);
      const digest = String(world.digests.get('team/app:step-1'));
      const paths = [...(byTag ? ['step-1'] : []), digest];
      for (const path of paths)
        expect((await fetch(`${world.url}/v2/team/app/manifests/${path}`, { method: 'DELETE' })).status).toBe(202);

      const { code, counts, stderr } = await world.apply();

      expect(code, stderr).toBe(0);
      expect(counts).toMatchObject({ alreadyGone: 2, skipped: 0, failed: 0 });
      expect(await world.tags()).not.toContain('team/app:step-2');
      expect(await hurtImages(world.url, smallWorldRows)).toEqual([]);
    });

    test('does nothing where nothing is as it was, and says that the plan is out of date', async () => {
      const world = await planned(byTag);
      const before = await world.holds();
      world.rewrite(everythingActive);

      const { code, stderr, counts } = await world.apply();

      expect(code, stderr).toBe(6);
      expect(counts).toMatchObject({ done: 0, failed: 0 });
      expect(await world.holds()).toEqual(before);
    });
  },
);
