import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { checkSettings } from '../../src/config/check.ts';
import { settingsJsonSchema } from '../../src/config/json-schema.ts';
import { formatProblem } from '../../src/config/problem.ts';
import { configReference } from '../../src/config/reference.ts';
import { settingsShape } from '../../src/config/shape.ts';

const pathOf = (name: string) => fileURLToPath(new URL(`../../docs/${name}`, import.meta.url));

/** WINNOW_UPDATE_DOCS=1 writes the pages instead of comparing them. */
function isAsGenerated(name: string, text: string): void {
  if (process.env['WINNOW_UPDATE_DOCS'] === '1') writeFileSync(pathOf(name), text);
  expect(readFileSync(pathOf(name), 'utf8'), `docs/${name} is old: run this test with WINNOW_UPDATE_DOCS=1`).toBe(text);
}

test('docs/config.md is what the schema says', () => {
  isAsGenerated('config.md', configReference());
});

test('docs/config.schema.json is what the schema says', () => {
  isAsGenerated('config.schema.json', `${JSON.stringify(settingsJsonSchema(), null, 2)}\n`);
});

describe('docs/example.winnow.yaml', () => {
  const text = readFileSync(pathOf('example.winnow.yaml'), 'utf8');

  test('has no problem and deserves no warning', () => {
    const { problems, warnings } = checkSettings(text, 'docs/example.winnow.yaml');
    expect([...problems, ...warnings].map(formatProblem)).toEqual([]);
  });

  test('shows every section', () => {
    expect(Object.keys(parse(text)).sort()).toEqual(Object.keys(settingsShape().properties ?? {}).sort());
  });
});
