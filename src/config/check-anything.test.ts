import fc from 'fast-check';
import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import { checkSettings } from './check.ts';
import { readComplaint } from './schema/complaint.ts';
import { mapsOf, type Shape, settingsShape } from './shape.ts';

const GENERAL_HINT = readComplaint('').hint;

const scalar = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    0,
    -1,
    1.5,
    1e300,
    '',
    ' ',
    'x',
    '96h',
    '10Gi',
    '50%',
    '*',
    'a/*',
    'http://x',
    '(',
    '{',
    '@',
    '2026-01-01',
  ),
  fc.string(),
);
const anything: fc.Arbitrary<unknown> = fc.oneof(
  { depthSize: 'small' },
  { weight: 4, arbitrary: scalar },
  { weight: 1, arbitrary: fc.array(scalar, { maxLength: 3 }) },
  { weight: 1, arbitrary: fc.dictionary(fc.string(), scalar, { maxKeys: 3 }) },
);

/** Values that have the shape of settings here and there. @param depth - how many conditions hold this one */
function like(shape: Shape, depth = 0): fc.Arbitrary<unknown> {
  if (shape.word === 'condition' && depth > 1) return anything;
  const below = shape.word === 'condition' ? depth + 1 : depth;
  const likeOne = (one: Shape) => like(one, below);
  const maps = mapsOf(shape);
  if (shape.properties === undefined && maps.length > 0)
    return fc.oneof({ weight: 6, arbitrary: fc.oneof(...maps.map(likeOne)) }, { weight: 1, arbitrary: anything });
  if (shape.items !== undefined)
    return fc.oneof(
      { weight: 5, arbitrary: fc.array(likeOne(shape.items), { maxLength: 3 }) },
      { weight: 1, arbitrary: anything },
    );
  if (shape.const !== undefined)
    return fc.oneof({ weight: 9, arbitrary: fc.constant(shape.const) }, { weight: 1, arbitrary: anything });
  if (shape.properties === undefined)
    return fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom(shape.examples?.[0] ?? shape.default ?? 'x') },
      { weight: 1, arbitrary: anything },
    );
  const keys = Object.fromEntries(Object.entries(shape.properties).map(([key, property]) => [key, likeOne(property)]));
  return fc.record(keys, { requiredKeys: [] });
}

test('whatever is written: each problem has a place in the file, words of ours and a next step', () => {
  fc.assert(
    fc.property(like(settingsShape()), (value) => {
      const text = stringify(value);
      const lineCount = text.split('\n').length;
      for (const { origin, message, hint } of [
        ...checkSettings(text, 'w.yaml').problems,
        ...checkSettings(text, 'w.yaml').warnings,
      ]) {
        expect(message).not.toMatch(/^(Invalid|Too|Unrecognized)|expected \w+, received|undefined/);
        expect(hint).not.toBe('');
        expect(hint).not.toBe(GENERAL_HINT);
        expect(origin.from === 'file' && origin.line >= 1 && origin.line <= lineCount && origin.column >= 1).toBe(true);
      }
    }),
    { numRuns: 150 },
  );
});

test('no password survives in what is told, wherever it is put', () => {
  const SECRET = 'hunter2';
  const spoiled = [
    `registry: {password: ${SECRET}}`,
    `registry: {pasword: ${SECRET}}`,
    `registry: {url: 'https://me:${SECRET}@x/y'}`,
    `records: ['postgres://me:${SECRET}@db/x']`,
    `records: ['https://me:${SECRET}@x/#token=${SECRET}']`,
    `records: [{from: postgres, url: 'mysql://me:${SECRET}@x', query: 3, password: ${SECRET}}]`,
    `records: [{from: http, url: 'https://me:${SECRET}@x', token: ${SECRET}}]`,
    `events: [{to: postgres, url: 'postgres//me:${SECRET}@x'}]`,
    `events: [{to: webhook, url: 'https://x/?token=${SECRET}', tokn: ${SECRET}}]`,
    `lease: {kind: file, url: 'postgres://me:${SECRET}@x/y'}`,
    `password:${SECRET}`,
    `password: '${SECRET}' ${SECRET}`,
    `password: *${SECRET}`,
  ];
  for (const text of spoiled) expect(JSON.stringify(checkSettings(text, 'w.yaml')), text).not.toContain(SECRET);
});
