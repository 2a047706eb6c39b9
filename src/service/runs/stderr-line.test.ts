import { expect, test } from 'vitest';
import { readStderrLine } from './stderr-line.ts';

test.each([
  ['', undefined],
  ['   ', undefined],
  [
    '{"progress":{"title":"removing","done":3,"total":9,"words":"3 done"}}',
    { kind: 'progress', title: 'removing', done: 3, total: 9, words: '3 done' },
  ],
  ['{"progress":{"title":"reading","done":3}}', { kind: 'progress', title: 'reading', done: 3, words: '' }],
  [
    '{"time":"t","level":"warn","msg":"odd","run_id":"r"}',
    { kind: 'log', level: 'warn', words: 'odd', fields: { run_id: 'r' } },
  ],
  ['warning: something', { kind: 'words', words: 'warning: something' }],
  ['{"progress":7}', { kind: 'words', words: '{"progress":7}' }],
  ['{"cut', { kind: 'words', words: '{"cut' }],
  ['null', { kind: 'words', words: 'null' }],
])('%j is read as what it is', (line, expected) => {
  expect(readStderrLine(line)).toEqual(expected);
});

test('a line of any length is cut', () => {
  expect(readStderrLine('x'.repeat(1_000_000))).toMatchObject({ words: expect.stringMatching(/^x{2000}…$/) });
});
