import { describe, expect, test } from 'vitest';
import { readYaml } from './yaml-source.ts';

const faultsOf = (text: string) =>
  readYaml(text, 'w.yaml').problems.map(({ origin, message, hint }) =>
    origin.from === 'file' ? `${origin.line}:${origin.column} ${message} (${hint})` : 'not in the file',
  );

describe('what is not YAML', () => {
  test.each([
    [
      'a key twice',
      'registry:\n  url: x\n  url: y',
      ['3:3 this key stands here for the second time (keep one of them)'],
    ],
    [
      'a second document',
      'a: 1\n---\nb: 1',
      ['2:1 a second document begins here (put all settings into one document)'],
    ],
    ['a tab', 'registry:\n\turl: x', ['2:1 this line is indented with a tab (indent with spaces)']],
    ['an open quote', 'a: "x', ['1:6 a quote is not closed (close it at the end of the value)']],
    [
      'a reserved character',
      'a: @x',
      ['1:4 a value begins with a character that YAML keeps for itself (put the value in quotes)'],
    ],
    [
      'a wrong indentation',
      'registry:\n url: x\n  timeout: 3s',
      [
        '2:7 a map begins where a value stands already (check the indentation of the next line, or put the value in quotes if it has ": " in it)',
      ],
    ],
    ['an unknown tag', 'a: !secret x', ['1:4 this tag (!…) is not known (remove it, or put the text in quotes)']],
    [
      'an alias of nothing',
      'a: *x',
      ['1:4 there is no anchor for this alias (*…) (define the anchor (&name) before it, or put the text in quotes)'],
    ],
    [
      'an alias in itself',
      'a: &x [*x]',
      ['1:1 an alias stands inside of what it stands for (write out what the aliases stand for)'],
    ],
    ['a key that is a map', '? {a: 1}\n: 2', ['1:3 a key is a map, a list or an alias (write the name of a setting)']],
    [
      'an open bracket',
      'a: [1\nb: 2',
      [
        '2:1 this is not YAML: Flow sequence in block collection must be sufficiently indented and end with a ] (check indentation, quotes and brackets around here)',
      ],
    ],
  ])('%s is a problem with its place', (_, text, faults) => {
    expect(faultsOf(text)).toEqual(faults);
  });

  test('of syntax errors only the first is told, of duplicate keys all', () => {
    expect(faultsOf('a: 1\na: 2\nb: 1\nb: 2')).toHaveLength(2);
    expect(faultsOf('- a\nb: 1')).toHaveLength(1);
  });

  test('aliases that stand for millions of values are refused', () => {
    const levels = [...'bcdefgh'].map((name, n) => `${name}: &${name} [${`*${'abcdefgh'[n]},`.repeat(10)}]`);
    expect(faultsOf(['a: &a [1,1,1,1,1,1,1,1,1,1]', ...levels].join('\n'))).toEqual([
      '1:1 its aliases stand for far too much (write out what the aliases stand for)',
    ]);
  });

  test('what the document holds is not repeated: it may be a secret', () => {
    for (const text of [
      "pw: 'hunter2' hunter2",
      'pw: "hunter2',
      'pw: *hunter2',
      'pw: !hunter2 hunter2',
      'hunter2\npw: 1',
      'pw: [hunter2',
    ])
      expect(faultsOf(text).join()).not.toContain('hunter2');
  });
});

describe('places', () => {
  const source = readYaml('registry:\n  url: x\n  user:\nlist:\n  - {name: a}\n  - &b [1, 2]\nagain: *b\n', 'w.yaml');

  test.each([
    ['a value', ['registry', 'url'], 'value', { line: 2, column: 8 }],
    ['a key', ['registry', 'url'], 'key', { line: 2, column: 3 }],
    ['an empty value: its key', ['registry', 'user'], 'value', { line: 3, column: 3 }],
    ['a missing value: what should hold it', ['registry', 'timeout'], 'value', { line: 1, column: 1 }],
    ['an entry of a list', ['list', 0, 'name'], 'value', { line: 5, column: 12 }],
    ['what is missing in an entry', ['list', 0, 'kind'], 'value', { line: 5, column: 5 }],
    ['what an alias stands for', ['again', 1], 'value', { line: 6, column: 12 }],
    ['everything', [], 'value', { line: 1, column: 1 }],
    ['nothing', ['nowhere', 3], 'value', { line: 1, column: 1 }],
  ] as const)('%s has line and column', (_, path, of, place) => {
    expect(source.placeOf(path, of)).toEqual(place);
  });

  test('what stands in the document is told from what does not', () => {
    expect(source.has(['list', 1, 0])).toBe(true);
    expect(source.has(['list', 2])).toBe(false);
    expect(source.has(['registry', 'url', 'x'])).toBe(false);
  });
});

test('two aliases become two values, so that changing one leaves the other', () => {
  const value = readYaml('a: &x {b: 1}\nc: *x', 'w.yaml').value as { a: object; c: object };
  expect(value.a).toEqual(value.c);
  expect(value.a).not.toBe(value.c);
});

test.each(['', '# only a comment', '---\n', '\uFEFF'])('an empty document (%j) has no value and no problem', (text) => {
  const { value, problems } = readYaml(text, 'w.yaml');
  expect(value ?? undefined).toBeUndefined();
  expect(problems).toEqual([]);
});

test('JSON is YAML', () => {
  expect(readYaml('{"limits": {"maxShare": 0.5}}', 'w.json').value).toEqual({ limits: { maxShare: 0.5 } });
});
