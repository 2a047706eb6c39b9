import { mkdtempSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { failureWords } from './system-failure.ts';

const folder = mkdtempSync(join(tmpdir(), 'winnow-words-'));
afterAll(() => rmSync(folder, { recursive: true }));

function thrownBy(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

test('what the system says of a file is told without its codes and calls', () => {
  const file = join(folder, 'file');
  writeFileSync(file, '');

  expect(failureWords(thrownBy(() => readFileSync(join(folder, "it's, absent"))))).toBe('no such file or directory');
  expect(failureWords(thrownBy(() => readFileSync(join(file, 'x'))))).toBe('not a directory');
  expect(failureWords(thrownBy(() => readFileSync(folder)))).toBe('it is a directory');
  expect(failureWords(thrownBy(() => rmdirSync(folder)))).toBe('directory not empty');
});

test('what is not the system’s stays as it is', () => {
  expect(failureWords(new Error('EASY: come, go'))).toBe('EASY: come, go');
  expect(failureWords('text')).toBe('text');
});
