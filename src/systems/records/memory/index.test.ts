import { describe, expect, test } from 'vitest';
import { describeRecordSource } from '../contract.suite.ts';
import { recordsError } from '../errors.ts';
import { HOST, recordFacts } from '../recorded-facts.suite.ts';
import { openMemoryRecords } from './index.ts';

const place = { registryHost: HOST, name: 'orders' };

describeRecordSource('memory', async () => ({
  open: async ({ columns, rows, mapping }) =>
    openMemoryRecords({ kind: 'memory', columns, rows, ...(mapping && { mapping }) }, place),
  openFailing: async ({ columns, rows }) =>
    openMemoryRecords({ kind: 'memory', columns, rows, failAfterRows: 1500 }, place),
}));

describe('scripted failures of the memory source', () => {
  const rows = [{ id: '7', status: 'active' }];
  const never = new AbortController().signal;

  test("throw a user's mistake that is found before any row", async () => {
    const error = recordsError('RECORDS_ACCESS_DENIED', 'reading: no');
    const source = openMemoryRecords({ kind: 'memory', rows, failAfterRows: 0, error }, place);
    await expect(source.survey(recordFacts().sink, never)).rejects.toMatchObject({ code: 'RECORDS_ACCESS_DENIED' });
  });

  test("make a gap of a user's mistake after the first row: the answer is there in part", async () => {
    const error = recordsError('RECORDS_ACCESS_DENIED', 'reading: no', 'ask');
    const source = openMemoryRecords({ kind: 'memory', rows, failAfterRows: 1, error }, place);
    const { sink, gaps } = recordFacts();
    await source.survey(sink, never);
    expect(gaps).toEqual([
      { scope: HOST, hides: 'holds', source: 'orders', cause: 'reading: no; rows read before that: 1', hint: 'ask' },
    ]);
  });

  test('pass on what is a bug', async () => {
    const source = openMemoryRecords({ kind: 'memory', rows, error: new TypeError('bug') }, place);
    await expect(source.survey(recordFacts().sink, never)).rejects.toThrow(TypeError);
  });

  test('are not the only thing that it knows: it is called after its kind unless it has a name', () => {
    expect(openMemoryRecords({ kind: 'memory', rows }, { registryHost: HOST }).name).toBe('records memory');
  });
});
