import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'libsql';
import { describe, expect, test } from 'vitest';
import { makeTempFolder } from '../../../../test/support/temp-folder.ts';
import { stateContract } from '../contract.suite.ts';
import type { TagObservation } from '../contract.ts';
import { libsqlState } from './libsql-state.ts';

stateContract('the database', () => libsqlState(join(makeTempFolder('state'), 'not', 'yet', 'there')));

const DAY_MS = 24 * 60 * 60 * 1000;
const seen = (tag: string): TagObservation => ({ scope: 'r/app', tag, digest: `sha256:${'a'.repeat(64)}` });
const fileIn = (folder: string) => join(folder, 'winnow.db');

function rows(folder: string): unknown {
  const db = new Database(fileIn(folder));
  const all = db
    .prepare('SELECT tag, first_seen_ms AS first, last_seen_ms AS last FROM tag_sightings ORDER BY tag')
    .all();
  db.close();
  return all;
}

describe('the database of what is remembered', () => {
  test('remembers from one process to the next, for its owner alone', async () => {
    const folder = join(makeTempFolder('state'), 'state');
    const first = await libsqlState(folder);
    await first.observeTags([seen('v1')], 1000);
    await first.rememberCounts('registry', { tags: 1 }, 1000);
    const modes = readdirSync(folder).map((file) => statSync(join(folder, file)).mode & 0o777);
    await first.close();
    await first.close();

    const second = await libsqlState(folder);

    expect(await second.firstSeenMs(seen('v1'))).toBe(1000);
    expect(await second.lastCounts('registry')).toEqual({ tags: 1 });
    expect(modes.length).toBeGreaterThan(1);
    expect(new Set(modes)).toEqual(new Set([0o600]));
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    await second.close();
  });

  test('notes that a tag is alive once a week, and forgets one that nobody saw for half a year', async () => {
    const folder = makeTempFolder('state');
    const visit = async (tags: readonly string[], atMs: number) => {
      const state = await libsqlState(folder);
      await state.observeTags(tags.map(seen), atMs);
      await state.close();
    };

    await visit(['gone', 'stays'], 0);
    await visit(['gone', 'stays'], DAY_MS);
    expect(rows(folder)).toMatchObject([{ last: 0 }, { last: 0 }]);
    await visit(['stays'], 8 * DAY_MS);
    expect(rows(folder)).toMatchObject([{ last: 0 }, { last: 8 * DAY_MS }]);
    await visit(['stays'], 181 * DAY_MS);

    expect(rows(folder)).toEqual([{ tag: 'stays', first: 0, last: 181 * DAY_MS }]);
  });

  test('notes fifty thousand tags with little work, and lets others have their turn meanwhile', async () => {
    const state = await libsqlState(makeTempFolder('state'));
    function* many(): Generator<TagObservation> {
      for (let at = 0; at < 50_000; at += 1)
        yield { ...seen(`v1.0.${at}`), scope: `registry.example/team-${at % 50}/app` };
    }
    let turnCount = 0;
    const turns = setInterval(() => {
      turnCount += 1;
    }, 1);

    const before = process.cpuUsage();
    await state.observeTags(many(), 1_700_000_000_000);
    const { user, system } = process.cpuUsage(before);
    clearInterval(turns);

    expect((user + system) / 1000).toBeLessThan(4000);
    expect(turnCount).toBeGreaterThan(5);
    await state.close();
  });

  test('is shared by two who write at the same time', async () => {
    const folder = makeTempFolder('state');
    const [one, two] = [await libsqlState(folder), await libsqlState(folder)];
    const many = (from: number) => Array.from({ length: 12_000 }, (_, at) => seen(`v${from + at}`));

    await Promise.all([one.observeTags(many(0), 1000), two.observeTags(many(6000), 2000)]);

    expect(await one.firstSeenMs(seen('v17999'))).toBe(2000);
    expect(await two.firstSeenMs(seen('v0'))).toBe(1000);
    await one.close();
    await two.close();
  });

  test('says so when somebody else does not stop writing, and works on when they have', async () => {
    const folder = makeTempFolder('state');
    const state = await libsqlState(folder, { patienceMs: 100 });
    const other = new Database(fileIn(folder));
    other.exec('BEGIN IMMEDIATE');

    await expect(state.observeTags([seen('v1')], 1000)).rejects.toMatchObject({ code: 'STATE_BUSY' });
    other.exec('COMMIT');
    await state.observeTags([seen('v1')], 2000);

    expect(await state.firstSeenMs(seen('v1'))).toBe(2000);
    other.close();
    await state.close();
  });

  test('is not opened when a newer version has written it, and is left as it is', async () => {
    const folder = makeTempFolder('state');
    await (await libsqlState(folder)).close();
    const db = new Database(fileIn(folder));
    db.exec('PRAGMA user_version = 99');
    db.close();

    await expect(libsqlState(folder)).rejects.toMatchObject({
      code: 'STATE_TOO_NEW',
      message: expect.stringContaining('version 99'),
    });
    expect(new Database(fileIn(folder)).prepare('PRAGMA user_version').get()).toMatchObject({ user_version: 99 });
  });

  test('says what to do when the file is no database, and leaves it as it is', async () => {
    const folder = makeTempFolder('state');
    const text = 'not a database '.repeat(1000);
    writeFileSync(fileIn(folder), text);

    await expect(libsqlState(folder)).rejects.toMatchObject({
      code: 'STATE_DAMAGED',
      message: `opening ${fileIn(folder)}: file is not a database`,
      hint: expect.stringContaining('Move the file away'),
    });
    expect(readFileSync(fileIn(folder), 'utf8')).toBe(text);
  });

  test('says so when damage shows only later', async () => {
    const folder = makeTempFolder('state');
    const before = await libsqlState(folder);
    await before.observeTags(
      Array.from({ length: 5000 }, (_, at) => seen(`v${at}`)),
      1000,
    );
    await before.close();
    const folded = new Database(fileIn(folder));
    folded.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    folded.close();
    const bytes = readFileSync(fileIn(folder));
    writeFileSync(fileIn(folder), bytes.fill(0x5a, 4096 * 3));

    const state = await libsqlState(folder);

    await expect(state.firstSeenMs(seen('v4711'))).rejects.toMatchObject({ code: 'STATE_DAMAGED' });
    await expect(state.observeTags([seen('v4711')], 2000)).rejects.toMatchObject({ code: 'STATE_DAMAGED' });
    await state.close();
  });

  test('says so when the file cannot be had', async () => {
    const folder = makeTempFolder('state');
    mkdirSync(fileIn(folder));
    await expect(libsqlState(folder)).rejects.toMatchObject({ code: 'STATE_UNAVAILABLE' });

    const blocked = join(makeTempFolder('state'), 'file');
    writeFileSync(blocked, '');
    await expect(libsqlState(join(blocked, 'state'))).rejects.toMatchObject({ code: 'STATE_UNAVAILABLE' });
  });
});
