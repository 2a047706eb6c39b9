import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { errorTables } from '../../scripts/docs/error-tables.ts';
import { ROOT } from '../support/markdown.ts';

const SRC = join(ROOT, 'src');
const tables = errorTables.map(({ file }) => file);
const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !/\.(test|suite)\.ts$/.test(file))
  .map((file) => ({ file, text: readFileSync(join(SRC, file), 'utf8') }));
const codes = new Set(errorTables.flatMap((table) => Object.keys(table.codes)));

/** Words that look like codes of ours, and are others': variables, codes of the specification and of the YAML package. */
const foreign = new Set([
  'NO_COLOR',
  'REGISTRY_AUTH_FILE',
  'REGISTRY_CONFIGURATION_PATH',
  'REGISTRY_REDIS',
  'REGISTRY_STORAGE_CACHE',
  'REGISTRY_STORAGE_MAINTENANCE_READONLY',
  'TAG_INVALID',
  'TAG_AS_INDENT',
  'TAG_RESOLVE_FAILED',
]);
const rooms = new Set([...codes].map((code) => code.slice(0, code.indexOf('_') + 1)).filter((room) => room !== ''));

describe('the tables of error codes', () => {
  test('are all in docs/errors.md', () => {
    const found = files.map(({ file }) => file).filter((file) => /(^|\/)errors\.ts$/.test(file));

    expect([...tables].sort()).toEqual(found.sort());
  });

  test('have every code that is thrown', () => {
    const thrown = files.flatMap(({ file, text }) => [
      ...[...text.matchAll(/new \w*Error(?:<[^>]*>)?\(\s*'([A-Z][A-Z_]+)'/g)].map(([, code = '']) => ({ file, code })),
      ...[...text.matchAll(/'([A-Z]+_[A-Z_]+)'/g)]
        .map(([, code = '']) => ({ file, code }))
        .filter(({ code }) => rooms.has(code.slice(0, code.indexOf('_') + 1))),
    ]);
    const missing = thrown.filter(({ code }) => !codes.has(code) && !foreign.has(code));

    expect(thrown.length).toBeGreaterThan(50);
    expect(missing).toEqual([]);
  });

  test('have no code that is never used', () => {
    const used = new Set(files.flatMap(({ text }) => [...text.matchAll(/'([A-Z][A-Z_]+)'/g)].map(([, code]) => code)));

    expect([...codes].filter((code) => !used.has(code))).toEqual([]);
  });

  test('have each code once, with a meaning and a next step', () => {
    const all = errorTables.flatMap((table) => Object.entries(table.codes));

    expect(all.map(([code]) => code).sort()).toEqual([...codes].sort());
    expect(all.filter(([, { meaning, hint }]) => meaning.length < 20 || hint.length < 8)).toEqual([]);
  });
});
