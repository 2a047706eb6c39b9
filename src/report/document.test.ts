import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse, parseDocument } from 'yaml';
import type { Document } from './document.ts';
import { renderDocument } from './render-document.ts';

function text(document: Document, format: 'json' | 'yaml'): string {
  return `${[...renderDocument(document, format)].join('\n')}\n`;
}

const example: Document = [
  ['kind', 'Example'],
  ['absent', undefined],
  ['nothing', null],
  ['sizeBytes', 1_234_567],
  ['empty', []],
  ['counts', { found: 1, none: {}, list: [] }],
  ['items', new Set([{ n: 1, gone: undefined, after: [1, [2]] }, 'text', { deep: { er: 'x: y' } }])],
  ['last', false],
];

describe('a document in JSON', () => {
  test('has each field and each item on a line of its own', () => {
    expect(text(example, 'json')).toBe(`{
  "kind": "Example",
  "nothing": null,
  "sizeBytes": 1234567,
  "empty": [],
  "counts": {"found":1,"none":{},"list":[]},
  "items": [
    {"n":1,"after":[1,[2]]},
    "text",
    {"deep":{"er":"x: y"}}
  ],
  "last": false
}
`);
  });

  test('can be empty', () => {
    expect(text([], 'json')).toBe('{\n}\n');
  });
});

describe('a document in YAML', () => {
  test('stands in blocks, and quotes what could be taken for something else', () => {
    expect(text(example, 'yaml')).toBe(`kind: Example
nothing: null
sizeBytes: 1234567
empty: []
counts:
  found: 1
  none: {}
  list: []
items:
  - "n": 1
    after:
      - 1
      - - 2
  - text
  - deep:
      er: "x: y"
last: false
`);
  });

  test.each([
    'yes',
    'No',
    'null',
    '~',
    '',
    ' a',
    'a ',
    '2026-08-01',
    '012',
    '1e3',
    '0x1f',
    '.inf',
    '- a',
    'a: b',
    'a #b',
    '#a',
    '&a',
    '*a',
    '!a',
    '%a',
    '@a',
    '`a',
    '"a',
    "'a",
    '[a',
    '{a',
    '? a',
    '|',
    '>',
    '---',
    '...',
    '=',
    '<<',
    'a:',
    'a\nb',
    'a\tb',
    '\u0085',
    '\ufeff',
    '\u2028',
    'a, b',
    'sha256:ab',
    '12:30:45',
    'true',
    'OFF',
    'é',
    '项目',
    '🚀',
  ])('gives the text %j back, in YAML 1.2 and 1.1', (value) => {
    const yaml = text(
      [
        ['field', value],
        [value, 1],
      ].slice(0, value === 'field' ? 1 : 2) as unknown as Document,
      'yaml',
    );

    for (const version of ['1.2', '1.1'] as const) {
      const read = parseDocument(yaml, { version, merge: false });
      expect(read.errors).toEqual([]);
      expect(read.toJS()).toEqual({ field: value, [value]: 1 });
    }
  });
});

test('is the same for programs in JSON and in YAML, whatever is in it', () => {
  const value = fc.jsonValue({ depthSize: 'small', maxDepth: 4, stringUnit: 'binary' });
  const fields = fc.uniqueArray(fc.tuple(fc.string({ unit: 'binary', minLength: 1 }), value), {
    selector: ([name]) => name,
  });

  fc.assert(
    fc.property(fields, (document) => {
      const wanted = JSON.parse(JSON.stringify(Object.fromEntries(document)));

      expect(JSON.parse(text(document, 'json'))).toEqual(wanted);
      expect(parse(text(document, 'yaml')) ?? {}).toEqual(wanted);
    }),
    { numRuns: 100 },
  );
});

test.each(['json', 'yaml'] as const)('asks a list for its items only as they are written, in %s', (format) => {
  let asked = 0;
  function* items(): Generator<number> {
    for (;;) {
      asked += 1;
      yield asked;
    }
  }

  const lines = renderDocument([['items', items()]], format)[Symbol.iterator]();
  for (let n = 0; n < 1000; n += 1) lines.next();

  expect(asked).toBeGreaterThan(990);
  expect(asked).toBeLessThan(1005);
});
