import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { makeTempFolder } from '../../../../test/support/temp-folder.ts';
import type { Sink } from '../../../evidence/sink.ts';
import { describeRecordSource, type SuiteRows } from '../contract.suite.ts';
import { HOST, recordFacts } from '../recorded-facts.suite.ts';
import type { FileFormat, FileRecords } from '../settings.ts';
import { openFileRecords } from './index.ts';

const folder = makeTempFolder('records-file');
const place = { registryHost: HOST, name: 'orders' };
const never = new AbortController().signal;
let files = 0;

function write(text: string | Uint8Array, extension: string): string {
  files += 1;
  const path = join(folder, `records-${files}.${extension}`);
  writeFileSync(path, text);
  return path;
}

async function survey(path: string, settings: Partial<FileRecords> = {}) {
  const recorded = recordFacts();
  const source = openFileRecords({ kind: 'file', path, ...settings }, place);
  await source.survey(recorded.sink, never);
  return { ...recorded, rowCount: source.rowCount };
}

/** Documents leave out what is null, so that absent fields are seen too. */
function objects({ columns, rows }: SuiteRows): readonly Readonly<Record<string, unknown>>[] {
  return rows.map((row) =>
    Object.fromEntries(columns.flatMap((name) => (row[name] == null ? [] : [[name, row[name]]]))),
  );
}

const encode: Readonly<Record<FileFormat, (rows: SuiteRows) => string>> = {
  json: (rows) => JSON.stringify({ items: objects(rows), next: null }),
  ndjson: (rows) =>
    objects(rows)
      .map((row) => `${JSON.stringify(row)}\n`)
      .join(''),
  yaml: (rows) =>
    rows.rows.length === 0
      ? '# none\n[]\n'
      : objects(rows)
          .map(
            (row) =>
              `- ${Object.entries(row)
                .map(([name, value]) => `${name}: ${value}`)
                .join('\n  ')}\n`,
          )
          .join(''),
  csv: ({ columns, rows }) =>
    `${columns.join(',')}\r\n${rows.map((row) => `${columns.map((name) => row[name] ?? '').join(',')}\r\n`).join('')}`,
};

for (const format of ['json', 'ndjson', 'yaml', 'csv'] as const)
  describeRecordSource(`file (${format})`, async () => ({
    ...(format === 'ndjson' && { refusesNone: true }),
    open: async (rows) => {
      const path = write(encode[format](rows), 'txt');
      return openFileRecords({ kind: 'file', path, format, ...(rows.mapping && { mapping: rows.mapping }) }, place);
    },
    openFailing: async (rows) => {
      const text = encode[format === 'csv' ? 'csv' : 'ndjson'](rows);
      const cut = text.slice(0, Math.floor(text.length / 2)).replace(/(?<=[,:])[^,:\n]*$/, '');
      const path = write(cut.replace(/,$/, ''), 'txt');
      return openFileRecords({ kind: 'file', path, format: format === 'csv' ? 'csv' : 'ndjson' }, place);
    },
  }));

describe('a file of records', () => {
  const row = '{"id":"7","status":"active"}';

  test('is refused when it is absent, a folder, or holds nothing', async () => {
    await expect(survey(join(folder, 'absent.csv'))).rejects.toMatchObject({ code: 'RECORDS_NOT_FOUND' });
    mkdirSync(join(folder, 'folder.csv'));
    await expect(survey(join(folder, 'folder.csv'))).rejects.toMatchObject({ code: 'RECORDS_NOT_FOUND' });
    for (const format of ['json', 'ndjson', 'yaml', 'csv'])
      await expect(survey(write('', format))).rejects.toMatchObject({ code: 'RECORDS_EMPTY' });
    for (const format of ['json', 'ndjson', 'yaml', 'csv'])
      await expect(survey(write(' \n\n', format))).rejects.toMatchObject({ code: 'RECORDS_EMPTY' });
  });

  test('is refused when nothing tells its format', () => {
    const open = () => openFileRecords({ kind: 'file', path: 'records' }, place);
    expect(open).toThrow(expect.objectContaining({ code: 'RECORDS_FORMAT_INVALID' }));
  });

  test('is refused when it is not UTF-8', async () => {
    const utf16 = Buffer.from('\ufeffid,status\n7,active\n', 'utf16le');
    await expect(survey(write(utf16, 'csv'))).rejects.toMatchObject({ code: 'RECORDS_FORMAT_INVALID' });
  });

  test('may begin with a byte order mark', async () => {
    expect((await survey(write('\ufeffid,status\n7,active\n', 'csv'))).facts).toContain('exists record orders|7');
    expect((await survey(write(`\ufeff[${row}]`, 'json'))).facts).toContain('exists record orders|7');
  });

  test('that is cut within a character is a gap', async () => {
    const bytes = Buffer.from(`${row}\n{"id":"é`);
    const { gaps } = await survey(write(bytes.subarray(0, -1), 'ndjson'));
    expect(gaps[0]?.cause).toContain('ends in the middle of a character');
  });

  test('that grows while it is read is a gap', async () => {
    const path = write(`${row}\n`.repeat(30_000), 'ndjson');
    const recorded = recordFacts();
    let isFirst = true;
    const sink: Sink = {
      ...recorded.sink,
      exists: () => {
        if (isFirst) appendFileSync(path, '{"id":"8","status":"active"}\n');
        isFirst = false;
      },
    };
    const source = openFileRecords({ kind: 'file', path }, place);
    await source.survey(sink, never);
    expect(recorded.gaps[0]?.cause).toContain('it was changed while it was read');
    expect(source.rowCount).toBeUndefined();
  });
});

describe('a JSON file', () => {
  const rows = '[{"id":"7","status":"active"}]';

  test.each([
    ['a list', rows, undefined],
    ['a list in a usual field', `{"data":${rows},"more":{}}`, undefined],
    ['a list at a path', `{"data":{"orders":${rows}},"items":[]}`, 'data.orders'],
  ])('is %s', async (_, text, items) => {
    const { facts, rowCount } = await survey(write(text, 'json'), { ...(items && { items }) });
    expect(facts).toContain('holds record orders|7: record 7 (active)');
    expect(rowCount).toBe(1);
  });

  test.each([
    ['a number', '7', undefined],
    ['null', 'null', undefined],
    ['an object without a list', '{"id":"7"}', undefined],
    ['two lists that it could be', `{"items":[],"data":${rows}}`, undefined],
    ['no list at the path', `{"items":${rows}}`, 'data'],
  ])('is refused when it is %s', async (_, text, items) => {
    await expect(survey(write(text, 'json'), { ...(items && { items }) })).rejects.toMatchObject({
      code: 'RECORDS_FORMAT_INVALID',
    });
  });

  test('that is cut off is a gap', async () => {
    const { gaps, facts, rowCount } = await survey(write(rows.slice(0, -3), 'json'));
    expect(gaps).toMatchObject([{ scope: HOST, hides: 'holds', source: 'orders' }]);
    expect([facts, rowCount]).toEqual([[], undefined]);
  });

  test('is refused when it is larger than what is read at once', async () => {
    await expect(survey(write(rows, 'json'), { maxBytes: 10 })).rejects.toMatchObject({ code: 'RECORDS_TOO_LARGE' });
  });

  test('whose rows are no objects hides the holds of the whole registry', async () => {
    const { gaps } = await survey(write('[{"id":"7","status":"active"},"8"]', 'json'));
    expect(gaps.map((gap) => gap.scope)).toEqual([HOST]);
  });
});

describe('a YAML file', () => {
  test('keeps what was written: 1.10 stays 1.10, no stays no, null is nothing', async () => {
    const text =
      '- {id: 007, repository: team/app, tag: 1.10, status: no}\n- {id: 8, repository: team/app, tag: ~, digest: null, status: live}\n';
    const { facts, gaps } = await survey(write(text, 'yml'), { mapping: { active: ['no', 'live'] } });
    expect(facts).toContain(`refers record orders|007 -> tag ${HOST}/team/app|1.10 as record`);
    expect(facts).toContain('holds record orders|007: record 007 (no)');
    expect(gaps.map((gap) => gap.scope)).toEqual([`${HOST}/team/app`]);
  });

  test('with an error is a gap that names the line', async () => {
    const { gaps } = await survey(write('items:\n  - id: 7\n    status: active\n - id: 8\n', 'yaml'));
    expect(gaps[0]?.cause).toContain('line 4, column ');
    expect(gaps).toMatchObject([{ scope: HOST, hides: 'holds' }]);
  });

  test('of two documents, or with a key twice, is a gap', async () => {
    expect((await survey(write('- {id: 7, status: open}\n---\n- {id: 8, status: open}\n', 'yaml'))).gaps).toHaveLength(
      1,
    );
    expect((await survey(write('- {id: 7, status: open, status: closed}\n', 'yaml'))).gaps).toHaveLength(1);
  });

  test('may use merge keys', async () => {
    const { facts } = await survey(write('- &base {id: 7, status: open}\n- {<<: *base, id: 8}\n', 'yaml'));
    expect(facts).toContain('holds record orders|8: record 8 (open)');
  });

  test('whose aliases multiply without end is refused', async () => {
    const levels = Array.from({ length: 12 }, (_, n) => `l${n + 1}: &l${n + 1} [${`*l${n},`.repeat(9)}]\n`);
    const text = `l0: &l0 [x]\n${levels.join('')}items: *l12\n`;
    await expect(survey(write(text, 'yaml'), { items: 'items' })).rejects.toMatchObject({
      code: 'RECORDS_FORMAT_INVALID',
    });
  });
});

describe('an NDJSON file', () => {
  const row = '{"id":"7","status":"active"}';

  test('may have blank lines, and no end to its last one', async () => {
    expect((await survey(write(`${row}\r\n\n${row}`, 'jsonl'))).rowCount).toBe(2);
  });

  test('with a bad line is a gap that names it, after the rows before', async () => {
    const { facts, gaps } = await survey(write(`${row}\n\n{"id":\n${row.replace('7', '8')}\n`, 'ndjson'));
    expect(facts).toEqual(['exists record orders|7', 'holds record orders|7: record 7 (active)']);
    expect(gaps[0]?.cause).toContain('line 3: ');
  });

  test('without any line end in megabytes is refused', async () => {
    await expect(survey(write('x'.repeat(5_000_000), 'ndjson'))).rejects.toMatchObject({ code: 'RECORDS_TOO_LARGE' });
  });
});

describe('a CSV file', () => {
  test.each([
    ['commas', 'id,repository,tag,status\n7,team/app,v1,active\n'],
    ['semicolons', 'id;repository;tag;status;note\n7;team/app;v1;active;"a, b; c"\n'],
    ['tabs', 'id\trepository\ttag\tstatus\n7\tteam/app\tv1\tactive\n'],
    ['quotes and Windows line ends', '"id","repository","tag","status"\r\n"7","team/app","v1","active"\r\n'],
    ['spaces in the head and no end to the last line', ' id , repository, tag, status\n7,team/app,v1,active'],
    ['blank lines', 'id,repository,tag,status\n\n7,team/app,v1,active\n\n'],
  ])('may have %s', async (_, text) => {
    const { facts, gaps, rowCount } = await survey(write(text, 'csv'));
    expect(facts).toContain(`refers record orders|7 -> tag ${HOST}/team/app|v1 as record`);
    expect([gaps, rowCount]).toEqual([[], 1]);
  });

  test('with its head alone holds no records', async () => {
    expect((await survey(write('id,status\n', 'csv'))).rowCount).toBe(0);
    expect((await survey(write('id,status', 'csv'))).rowCount).toBe(0);
  });

  test.each([
    ['that is cut in the middle of a row', 'id,note,status\n7,v1,active\n8,v', 'line 3 has 2 fields'],
    ['with a field too many', 'id,note,status\n7,v1,active\n8,v2,x,active\n9,v3,active\n', 'line 3 has 4 fields'],
    ['with a quote that does not end', 'id,note,status\n7,v1,active\n"8,v2,active\n9,v3,active\n', 'uote'],
  ])('%s is a gap after the rows before', async (_, text, where) => {
    const { facts, gaps, rowCount } = await survey(write(text, 'csv'));
    expect(facts).toEqual(['exists record orders|7', 'holds record orders|7: record 7 (active)']);
    expect(gaps).toMatchObject([{ scope: HOST, hides: 'holds' }]);
    expect(gaps[0]?.cause).toContain(where);
    expect(rowCount).toBeUndefined();
  });

  test('with a column twice is refused', async () => {
    await expect(survey(write('id,status,id\n7,active,8\n', 'csv'))).rejects.toMatchObject({
      code: 'RECORDS_COLUMN_MISSING',
    });
  });
});
