import { describe, expect, test } from 'vitest';
import { recordSource } from './schema/records.ts';
import { countedAs } from './source-names.ts';
import { toRecords } from './to-records.ts';

const countedAsOf = (...records: readonly unknown[]) =>
  toRecords(
    records.map((record) => recordSource.parse(record)),
    0.5,
    (_, path) => `/data/${path}`,
  ).map((one) => one.countedAs);

describe('what the rows of a source are remembered by', () => {
  test('is its own name, wherever it is read from', () => {
    expect(
      countedAsOf(
        { from: 'file', name: 'changes', path: '/a.csv' },
        { from: 'sqlite', name: 'steps', path: '/b.db', query: 'select 1' },
      ),
    ).toEqual(['changes', 'steps']);
  });

  test('is else its place, whole: another file, another query or another list are other rows', () => {
    const found = countedAsOf(
      'file:a.csv',
      'file:b.csv',
      { from: 'file', path: '/data/a.csv', items: 'data' },
      'sqlite:a.db?query=select 1',
      'sqlite:a.db?query=select 2',
      'https://api.example/a',
      'https://api.example/b',
    );

    expect(found.slice(0, 4)).toEqual([
      'file /data/a.csv',
      'file /data/b.csv',
      'file /data/a.csv data',
      'sqlite /data/a.db select 1',
    ]);
    expect(new Set(found).size).toBe(found.length);
  });

  test('does not depend on the order of the sources', () => {
    const [a, b] = ['file:a.csv', 'file:b.csv'];

    expect(countedAsOf(a, b).toSorted()).toEqual(countedAsOf(b, a).toSorted());
  });

  test('holds no secret', () => {
    const url = 'postgres://me:hunter2@db/ops';
    const query = 'select 1';

    expect(countedAs(`${url}?query=${query}`, { kind: 'postgres', url, query })).toBe(
      'postgres postgres://me:***@db/ops select 1',
    );
    expect(countedAsOf('https://api.example/a?token=hunter2').join()).not.toContain('hunter2');
  });
});
