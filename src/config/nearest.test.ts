import { expect, test } from 'vitest';
import { nearest } from './nearest.ts';

const known = ['keepYoungerThan', 'keepNewest', 'onlyWhenRecordInactive', 'name', 'kind', 'repositories'];

test.each([
  ['keepYougerThan', 'keepYoungerThan'],
  ['keep-younger-than', 'keepYoungerThan'],
  ['keep_newest', 'keepNewest'],
  ['KEEPNEWEST', 'keepNewest'],
  ['nmae', 'name'],
  ['repository', 'repositories'],
  ['repositores', 'repositories'],
  ['zzz', undefined],
  ['', undefined],
])('%s is taken for %s', (word, meant) => {
  expect(nearest(word, known)).toBe(meant);
});

test('two neighbouring letters that changed places count as one slip', () => {
  expect(nearest('knid', ['kind'])).toBe('kind');
});

test('of two words that are equally near, the first wins', () => {
  expect(nearest('tagx', ['tags', 'tagz'])).toBe('tags');
});
