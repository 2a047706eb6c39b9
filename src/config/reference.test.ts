import { expect, test } from 'vitest';
import { settingsJsonSchema } from './json-schema.ts';
import { configReference } from './reference.ts';
import { type Shape, settingsShape } from './shape.ts';

/** Every node of a JSON Schema, with its place. Conditions hold conditions, and are told in docs/policies.md. */
function* nodes(shape: Shape, place = ''): Generator<readonly [string, Shape]> {
  if (shape.word === 'condition') return;
  yield [place, shape];
  for (const [key, property] of Object.entries(shape.properties ?? {})) yield* nodes(property, `${place}.${key}`);
  if (shape.items !== undefined) yield* nodes(shape.items, `${place}[]`);
  for (const option of [...(shape.anyOf ?? []), ...(shape.oneOf ?? [])]) yield* nodes(option, place);
}

test('every setting is described, in one sentence or more', () => {
  const without = [...nodes(settingsShape())].flatMap(([, { properties = {} }]) =>
    Object.entries(properties)
      .filter(([, { description }]) => description?.endsWith('.') !== true)
      .map(([key]) => key),
  );
  expect(without).toEqual([]);
});

test('every setting stands in the reference', () => {
  const reference = configReference();
  const keys = [...nodes(settingsShape())].flatMap(([, { properties = {} }]) => Object.keys(properties));
  const missing = [...new Set(keys)].filter((key) => !new RegExp(`[\`.]${key}[\`:]`).test(reference));
  expect(missing).toEqual([]);
});

test('a row tells type, default, meaning and variable', () => {
  const lines = configReference().split('\n');
  expect(lines).toContain(
    '| `retries` | number | `5` | How often a request is repeated after 429, 5xx or a broken connection. | `WINNOW_REGISTRY_RETRIES` |',
  );
  expect(lines).toContain('| `query` | text | **required** | One SELECT. Its columns are those in `columns`. |');
  expect(lines).toContain('| `maxPages` | number | `100000` | More pages than this are taken for an endless list. |');
});

test('the published schema is JSON Schema of 2020-12, closed against unknown keys, and nothing of ours is in it', () => {
  const schema = settingsJsonSchema();
  expect(schema['$schema']).toBe('https://json-schema.org/draft/2020-12/schema');
  expect(JSON.stringify(schema)).not.toMatch(/"(word|secret|onlyVariable)":/);
  const open = [...nodes(schema as Shape)].filter(
    ([, node]) =>
      node.properties !== undefined && (node as { additionalProperties?: unknown }).additionalProperties !== false,
  );
  expect(open.map(([place]) => place)).toEqual([]);
});

test('the password, which only a variable may give, is not in the schema of the file', () => {
  const properties = (settingsJsonSchema() as Shape).properties?.['registry']?.properties ?? {};
  expect(Object.keys(properties)).not.toContain('password');
  expect(Object.keys(properties)).toContain('passwordFile');
});

test('a type of our own is published as the text or number that is written', () => {
  const properties = (settingsJsonSchema() as Shape).properties?.['registry']?.properties;
  expect(properties?.['timeout']).toMatchObject({
    default: '30s',
    anyOf: [
      { type: 'string', pattern: expect.any(String) },
      { type: 'number', const: 0 },
    ],
  });
});
