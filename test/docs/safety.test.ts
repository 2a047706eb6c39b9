import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { ROOT } from '../support/markdown.ts';

const page = readFileSync(join(ROOT, 'docs', 'safety.md'), 'utf8');
const rows = page.split('\n').filter((line) => /^\| (?!---|law |what could)/.test(line));
const heldBy = rows.map((row) => {
  const tests = row.replace(/ \|$/, '').split(' | ').at(-1) ?? '';
  return {
    row,
    tests: [...tests.matchAll(/\[(.*?)\]\(\.\.\/([^)]+)\)/g)].map(([, title = '', file = '']) => ({ title, file })),
  };
});

describe('docs/safety.md', () => {
  test('has the eight laws and more than thirty dangers, and a test beside each', () => {
    expect(rows.filter((row) => /^\| \d\. \*\*/.test(row))).toHaveLength(8);
    expect(rows.length).toBeGreaterThan(38);
    expect(heldBy.filter(({ tests }) => tests.length === 0).map(({ row }) => row)).toEqual([]);
  });

  test('names tests that are there, by their title', () => {
    const absent = heldBy.flatMap(({ tests }) => tests).filter(({ title, file }) => !hasTest(file, title));

    expect(absent).toEqual([]);
  });
});

/** A test of that title in a file, or a scenario of that story. */
function hasTest(file: string, title: string): boolean {
  const text = readFileSync(join(ROOT, file), 'utf8');
  if (file.endsWith('/scenario.yaml')) return (parse(text) as { readonly story?: string }).story === title;
  const escaped = title.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`\\b(?:test|it)(?:\\.each\\((?:.|\\n)*?\\))?\\(\\s*(['"\`])${escaped}\\1`).test(text);
}
