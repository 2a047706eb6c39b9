import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeTempFolder } from '../../../test/support/temp-folder.ts';
import { openRecords, parseRecordsSpec, recordSources } from './index.ts';
import { HOST, recordFacts } from './recorded-facts.suite.ts';

test('every kind is opened by its settings, and nothing is read before the first survey', async () => {
  const place = { registryHost: HOST };
  const specs = [
    'file:absent.csv',
    'sqlite:absent.db?query=select 1',
    'postgres://nobody@absent/x?query=select 1',
    'https://absent/x',
  ];
  const settings = [...specs.map(parseRecordsSpec), { kind: 'memory', rows: [] } as const];
  expect(settings.map(({ kind }) => kind).sort()).toEqual(Object.keys(recordSources).sort());
  for (const one of settings) {
    const source = await openRecords(one, place);
    expect(source.name).toBe(`records ${one.kind}`);
    expect(source.rowCount).toBeUndefined();
    await source.close();
  }
});

test('what a short form says is what is read', async () => {
  const path = join(makeTempFolder('records'), 'orders.txt');
  writeFileSync(path, 'key;state\n7;busy\n');
  const source = await openRecords(parseRecordsSpec(`file:${path}?format=csv&id=key&status=state&active=busy`), {
    registryHost: HOST,
    name: 'orders',
  });
  const { sink, facts, gaps } = recordFacts();
  await source.survey(sink, new AbortController().signal);
  expect([facts, gaps]).toEqual([['exists record orders|7', 'holds record orders|7: record 7 (busy)'], []]);
});
