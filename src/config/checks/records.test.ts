import { describe, expect, test } from 'vitest';
import { checkSettings } from '../check.ts';
import { formatProblem } from '../problem.ts';

const check = (text: string) => checkSettings(text, 'w.yaml').problems.map(formatProblem);
const SPECS =
  'write file:PATH, sqlite:PATH?query=SELECT…, postgres://USER@HOST/DATABASE?query=SELECT… or https://HOST/PATH#status=FIELD';

describe('short forms', () => {
  test.each([
    ['foo', `"foo": it begins with none of file: sqlite: postgres: http: https: (${SPECS})`],
    ['sqlite:x.db', `"sqlite:x.db": there is no query=SELECT… (${SPECS})`],
    ['file:', `"file:": there is no path (${SPECS})`],
    [
      'file:a.csv?format=xls',
      `"file:a.csv?format=xls": the parameter format is none of json, ndjson, yaml, csv (${SPECS})`,
    ],
    [
      'https://me:hunter2@api.example/x',
      '"https://me:***@api.example/x": it has a user name or password in it (write the source as a map: from: http, url, username and passwordFile)',
    ],
  ])('%s', (spec, problem) => {
    expect(check(`records: [${JSON.stringify(spec)}]`)).toEqual([`w.yaml:1:11: records[0]: ${problem}`]);
  });

  test('those with a password in a postgres URL may stand in a file, and are not shown', () => {
    expect(check('records: ["postgres://me:hunter2@db/x?query=select 1"]')).toEqual([]);
    expect(check('records: ["postgres://me:hunter2@db/x?qery=select 1"]').join()).not.toContain('hunter2');
  });
});

describe('maps', () => {
  test.each([
    [
      '7',
      'records[0]: "7": it is neither the short form of a record source nor a map (write file:records.csv, or from: file and its other settings)',
    ],
    [
      '{from: postgress}',
      'records[0].from: "postgress": it is none of postgres, sqlite, http, file (did you mean postgres?)',
    ],
    [
      "{from: postgres, url: 'http://me:hunter2@x', query: q}",
      'records[0].url: "http://***@x": it begins with http://, not with postgres:// (write it like postgres://winnow@db.example/ops, with special characters of the password percent-encoded)',
    ],
    [
      "{from: http, url: 'https://x/', tokenEnv: a-b}",
      'records[0].tokenEnv: "a-b": it is not the name of an environment variable (name a variable, like API_TOKEN)',
    ],
    [
      "{from: http, url: 'https://x/', tokenHeader: 'a b'}",
      'records[0].tokenHeader: "a b": it is not the name of a header (write it like X-Api-Key)',
    ],
    [
      "{from: http, url: 'https://x/', paging: {style: page, sise: 3}}",
      'records[0].paging.sise: no setting has this name (did you mean size?)',
    ],
    [
      "{from: http, url: 'https://x/', paging: {style: next}}",
      'records[0].paging.field: it is missing (add field: meta.next)',
    ],
    [
      "{from: http, url: 'https://x/', paging: {style: pages}}",
      'records[0].paging.style: "pages": it is none of auto, none, link, next, page, cursor (did you mean page?)',
    ],
    [
      '{from: file, path: a, columns: {id: x, tagg: y}}',
      'records[0].columns.tagg: no setting has this name (did you mean tag?)',
    ],
    [
      '{from: file, path: a, maxDropShare: 3}',
      'records[0].maxDropShare: "3": it is more than 1 (write a share from 0 to 1, like 0.5, or 50%)',
    ],
    [
      '{from: file, path: a, name: a/b}',
      'records[0].name: "a/b": it has a / or white space at its end in it (write a short name, like changes)',
    ],
    [
      '{from: file, path: a, active: [on], inactive: [off, on]}',
      'records[0].inactive[1]: "on": it is among the active words of this source, too (give each word to one of the two lists)',
    ],
    ['{from: file, path: a, active: [true]}', 'records[0].active[0]: "true": it is true, not text (put it in quotes)'],
    [
      '{from: file, path: a, columns: {id: n, status: s}}',
      'records[0].columns: it says which column is the id, and neither it nor tagRecords says which tags a record owns (name columns.repository and columns.tag (or columns.digest), or add a pattern to tagRecords)',
    ],
  ])('%s', (source, problem) => {
    expect(check(`records:\n  - ${source}`).map((line) => line.replace(/^w\.yaml:2:\d+: /, ''))).toEqual([problem]);
  });

  test('ids alone do where tagRecords leads to that source', () => {
    const records =
      'records: [{from: file, name: changes, path: a, columns: {id: n}}, {from: file, name: other, path: b}]';
    const rule = (source: string) => `\ntagRecords: [{repositories: ['a/*'], pattern: x, record: '{tag}'${source}}]`;
    expect(check(records)).toHaveLength(1);
    expect(check(records + rule(''))).toEqual([]);
    expect(check(records + rule(', source: changes'))).toEqual([]);
    expect(check(records + rule(', source: other'))).toHaveLength(1);
  });

  test('two sources of one name are told', () => {
    expect(check('records:\n  - {from: file, path: a, name: x}\n  - {from: file, path: b, name: x}')).toEqual([
      'w.yaml:3:33: records[1].name: "x": records[0] has this name, too (give each source a name of its own)',
    ]);
  });
});

describe('tagRecords', () => {
  const rule = (more: string) =>
    check(`records: [{from: file, name: changes, path: a}]\ntagRecords:\n  - {repositories: ['a/*'], ${more}}`).map(
      (line) => line.replace(/^w\.yaml:3:\d+: /, ''),
    );

  test.each([
    [
      "pattern: '(?<a>x', record: '{a}'",
      'tagRecords[0].pattern: "(?<a>x": it is not a pattern: missing closing ): `(?<a>x` (write it in RE2 syntax: groups are (?<name>…), and there is no looking ahead or behind)',
    ],
    [
      "pattern: '(?=x)', record: '{tag}'",
      'tagRecords[0].pattern: "(?=x)": it is not a pattern: invalid or unsupported Perl syntax: `(?=` (write it in RE2 syntax: groups are (?<name>…), and there is no looking ahead or behind)',
    ],
    [
      "pattern: '(?<change>x)', record: '{chang}'",
      'tagRecords[0].record: "{chang}": it uses {chang}, and the pattern has no group of that name (use {change}, {tag}, {repository})',
    ],
    [
      'pattern: x, record: same',
      'tagRecords[0].record: "same": it would be the same record for every tag (use {tag}, {repository})',
    ],
    [
      "pattern: x, record: '{tag'",
      'tagRecords[0].record: "{tag": it has a brace that is not one of a pair around a name (use {tag}, {repository})',
    ],
    [
      "pattern: x, record: '{tag}', source: chanegs",
      'tagRecords[0].source: "chanegs": no source of records has this name (did you mean changes?)',
    ],
    [
      "pattern: x, record: '{tag}', source: orders",
      'tagRecords[0].source: "orders": no source of records has this name (write one of changes)',
    ],
  ])('%s', (more, problem) => {
    expect(rule(more)).toEqual([problem]);
  });

  test('a source without a name of its own is called by its kind', () => {
    const text = (source: string) =>
      `records: [file:a.csv, file:b.csv, 'https://x/']\ntagRecords: [{repositories: [a], pattern: x, record: '{tag}', source: ${source}}]`;
    for (const name of ['file', 'file-2', 'http']) expect(check(text(name))).toEqual([]);
    expect(check(text('file-3'))).toHaveLength(1);
  });
});
