import { join } from 'node:path';
import Database from 'libsql';
import { expect, test } from 'vitest';
import { rowOf, runOf } from '../../src/systems/history/history-ground.suite.ts';
import { headerOf, tagOf } from '../../src/systems/history/inventory.suite.ts';
import { libsqlHistory } from '../../src/systems/history/libsql/libsql-history.ts';
import { spawnTied } from '../support/child.ts';
import { ROOT } from '../support/markdown.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

/** Lets another process save without end, and kills it midway. */
async function dieSaving(stateDir: string, what: 'plan' | 'inventory'): Promise<void> {
  const program = join(ROOT, 'test', 'support', 'children', 'save-history.ts');
  const child = spawnTied(process.execPath, [join(ROOT, 'scripts', 'run.mjs'), program, stateDir, what], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise((resolve) => child.once('exit', (_, signal) => resolve(signal)));
  await new Promise((resolve) => child.stdout?.once('data', resolve));
  child.kill('SIGKILL');
  expect(await ended).toBe('SIGKILL');
}

function rowsIn(stateDir: string, table: string): number {
  const db = new Database(join(stateDir, 'history.db'));
  const { rows } = db.prepare(`SELECT count(*) AS rows FROM ${table}`).get() as { rows: number };
  db.close();
  return rows;
}

test('a writer that is killed while it saves a plan leaves the former one, and what it left is swept', async () => {
  const stateDir = makeTempFolder('history');
  const history = await libsqlHistory(stateDir);
  await history.savePlan('a', '{"old":1}', [rowOf(0), rowOf(1)], []);

  await dieSaving(stateDir, 'plan');

  expect(rowsIn(stateDir, 'plan_rows')).toBeGreaterThan(2);
  expect(await history.planHeader('a')).toEqual({ old: 1 });
  expect((await history.planRows('a', { limit: 9 })).map(({ n }) => n)).toEqual([0, 1]);
  await history.savePlan('a', '{"newest":1}', [rowOf(0)], []);
  expect(rowsIn(stateDir, 'plan_rows')).toBe(1);
  expect(rowsIn(stateDir, 'generations')).toBe(1);
  await history.close();
});

test('a writer that is killed while it saves an inventory leaves the former one, and others sweep it after a while', async () => {
  const stateDir = makeTempFolder('history');
  let nowMs = Date.now();
  const history = await libsqlHistory(stateDir, { nowMs: () => nowMs });
  await history.saveInventory(headerOf('r', 'old'), [{ tag: tagOf('a', 'v1') }]);

  await dieSaving(stateDir, 'inventory');

  expect(await history.inventories()).toEqual([headerOf('r', 'old')]);
  expect(await history.inventoryTags('r', { sort: 'name', limit: 9 })).toMatchObject({ tags: 1 });
  await history.saveInventory(headerOf('another'), []);
  expect(rowsIn(stateDir, 'inventory_tags')).toBeGreaterThan(1);
  nowMs += 60 * 60_000;
  await history.saveInventory(headerOf('another'), []);
  expect(rowsIn(stateDir, 'inventory_tags')).toBe(1);
  await history.close();
});

test('of several connections that claim, move and swap the same, one has it', async () => {
  const stateDir = makeTempFolder('history');
  const all = await Promise.all(Array.from({ length: 4 }, () => libsqlHistory(stateDir)));
  const wins = async (ask: (history: (typeof all)[number], at: number) => Promise<unknown>) =>
    (await Promise.all(all.map(ask))).filter(Boolean).length;
  expect(await wins((history) => history.claimRun(runOf('a')))).toBe(1);
  expect(await wins((history, at) => history.moveRun('a', ['planning'], { state: 'applying', by: `${at}` }))).toBe(1);
  expect(await wins((history, at) => history.swapNote('k', undefined, `${at}`))).toBe(1);
  await Promise.all(all.map((history) => history.close()));
});
