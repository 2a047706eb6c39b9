import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'libsql';
import { describe, expect, test } from 'vitest';
import { makeTempFolder } from '../../../../test/support/temp-folder.ts';
import { describeRecordSource, type SuiteRows } from '../contract.suite.ts';
import { HOST, recordFacts } from '../recorded-facts.suite.ts';
import type { SqliteRecords } from '../settings.ts';
import { openSqliteRecords } from './index.ts';

const folder = makeTempFolder('records-sqlite');
const place = { registryHost: HOST, name: 'orders' };
const never = new AbortController().signal;
let files = 0;

function freshPath(): string {
  files += 1;
  return join(folder, `records ${files}%20#?.db`); // a path that is no clean URI
}

function makeDatabase({ columns, rows }: SuiteRows): string {
  const path = freshPath();
  const database = new Database(path);
  database.exec(`create table r (${columns.map((name) => `${name} text`).join(', ')})`);
  const insert = database.prepare(`insert into r values (${columns.map(() => '?').join(', ')})`);
  database.exec('begin');
  for (const row of rows) insert.run(...columns.map((name) => row[name] ?? null));
  database.exec('commit');
  database.close();
  return path;
}

describeRecordSource('sqlite', async () => ({
  open: async (rows) => {
    const { mapping } = rows;
    return openSqliteRecords(
      { kind: 'sqlite', path: makeDatabase(rows), query: 'select * from r', ...(mapping && { mapping }) },
      place,
    );
  },
  openFailing: async (rows) => {
    const query = "select * from r union all select json_extract('{', '$'), null, null, null, null";
    return openSqliteRecords(
      { kind: 'sqlite', path: makeDatabase({ ...rows, rows: rows.rows.slice(1) }), query },
      place,
    );
  },
}));

async function survey(settings: Omit<SqliteRecords, 'kind'>) {
  const recorded = recordFacts();
  await openSqliteRecords({ kind: 'sqlite', ...settings }, place).survey(recorded.sink, never);
  return recorded;
}

describe('a SQLite database of records', () => {
  const rows = [{ id: '7', status: 'active' }];
  const path = makeDatabase({ columns: ['id', 'status'], rows });

  test('is not made when it is absent', async () => {
    const absent = freshPath();
    await expect(survey({ path: absent, query: 'select 1' })).rejects.toMatchObject({ code: 'RECORDS_NOT_FOUND' });
    expect(existsSync(absent)).toBe(false);
  });

  test('is refused when it is empty, a folder, or something else', async () => {
    const empty = freshPath();
    writeFileSync(empty, '');
    await expect(survey({ path: empty, query: 'select 1' })).rejects.toMatchObject({ code: 'RECORDS_EMPTY' });
    const other = freshPath();
    writeFileSync(other, 'id,status\n'.repeat(1000));
    await expect(survey({ path: other, query: 'select 1 from r' })).rejects.toMatchObject({
      code: 'RECORDS_FORMAT_INVALID',
    });
    const directory = freshPath();
    mkdirSync(directory);
    await expect(survey({ path: directory, query: 'select 1' })).rejects.toMatchObject({ code: 'RECORDS_NOT_FOUND' });
  });

  test.each([
    ['bad SQL', 'selec 1', 'RECORDS_QUERY_INVALID'],
    ['an unknown table', 'select id, status from nowhere', 'RECORDS_QUERY_INVALID'],
    ['a second statement', 'select id, status from r; select 1', 'RECORDS_QUERY_INVALID'],
    ['a statement that deletes', 'delete from r', 'RECORDS_QUERY_INVALID'],
    ['a statement that deletes and answers', 'delete from r returning id, status', 'RECORDS_QUERY_INVALID'],
    ['an empty query', ' -- nothing', 'RECORDS_QUERY_INVALID'],
    ['one name for two columns', 'select id, status, id from r', 'RECORDS_COLUMN_MISSING'],
  ])('is not asked with %s', async (_, query, code) => {
    const before = readFileSync(path);
    await expect(survey({ path, query })).rejects.toMatchObject({ code });
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  test('may be asked with a semicolon and comments at the end', async () => {
    const { facts } = await survey({ path, query: "select id, status, ';' from r; -- done\n/* ; */ ;" });
    expect(facts).toContain('holds record orders|7: record 7 (active)');
  });

  test('keeps large integers whole', async () => {
    const { facts } = await survey({ path, query: "select 9007199254740993 as id, 'open' as status" });
    expect(facts).toContain('exists record orders|9007199254740993');
  });

  test('does not take a number with a fraction for a tag', async () => {
    const query = "select 1 as id, 'team/app' as repository, 1.1 as tag, 'closed' as status";
    const { facts, gaps } = await survey({ path, query });
    expect(facts.filter((fact) => fact.startsWith('retires'))).toEqual([]);
    expect(gaps.map((gap) => gap.scope)).toEqual([`${HOST}/team/app`]);
  });

  test('that somebody has locked is a gap', async () => {
    const writer = new Database(path);
    writer.exec('pragma locking_mode = exclusive; begin exclusive');
    try {
      const { gaps } = await survey({ path, query: 'select id, status from r', busyTimeoutMs: 50 });
      expect(gaps).toMatchObject([{ scope: HOST, hides: 'holds' }]);
      expect(gaps[0]?.cause).toContain('locked');
    } finally {
      writer.exec('rollback');
      writer.close();
    }
  });

  test('with a damaged page in the middle is a gap after the rows before it', async () => {
    const many = Array.from({ length: 20_000 }, (_, n) => ({ id: `${n}`, status: 'active' }));
    const damaged = makeDatabase({ columns: ['id', 'status'], rows: many });
    const bytes = readFileSync(damaged);
    bytes.fill(0xff, Math.floor(bytes.length / 2 / 4096) * 4096, bytes.length - 8192);
    writeFileSync(damaged, bytes);
    const { facts, gaps } = await survey({ path: damaged, query: 'select id, status from r' });
    expect(facts.length).toBeGreaterThan(0);
    expect(facts.length).toBeLessThan(40_000);
    expect(gaps).toMatchObject([{ scope: HOST, hides: 'holds' }]);
  });

  test('in WAL mode is read while somebody writes to it', async () => {
    const live = makeDatabase({ columns: ['id', 'status'], rows });
    const writer = new Database(live);
    writer.pragma('journal_mode = wal');
    writer.exec("begin; insert into r values ('8', 'active')");
    try {
      const { facts } = await survey({ path: live, query: 'select id, status from r' });
      expect(facts).toEqual(['exists record orders|7', 'holds record orders|7: record 7 (active)']);
    } finally {
      writer.exec('rollback');
      writer.close();
    }
  });
});
