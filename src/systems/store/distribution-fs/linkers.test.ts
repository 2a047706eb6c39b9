import { expect, test } from 'vitest';
import { Linkers } from './linkers.ts';

test('tells which repositories link a blob, in the order in which they were found', () => {
  const linkers = new Linkers(new Float64Array(3));
  linkers.take([linksOf('a', [2, 0], 2), linksOf('b', [2], 1)]);
  linkers.take([linksOf('c', [2], 1)]);
  const linkedBy = linkers.byBlob();
  expect([0, 1, 2].map(linkedBy)).toEqual([['a'], [], ['a', 'b', 'c']]);
});

test('names a repository once that links a blob by two algorithms', () => {
  const linkers = new Linkers(new Float64Array(2));
  linkers.take([linksOf('a', [1, 0, 1], 3), linksOf('b', [1, 1], 2)]);
  expect(linkers.byBlob()(1)).toEqual(['a', 'b']);
});

test('a link of a manifest makes a blob young, and is no layer link', () => {
  const linkers = new Linkers(Float64Array.of(50, 0));
  linkers.take([{ ...linksOf('a', [0, 1], 1), linkedAtMs: Float64Array.of(40, 70) }]);
  expect([...linkers.newestAtMs]).toEqual([50, 70]);
  expect([0, 1].map(linkers.byBlob())).toEqual([['a'], []]);
});

/** @param layerLinks - how many of them, from the first, are layer links */
function linksOf(repository: string, blobs: readonly number[], layerLinks: number) {
  return { repository, blobs: Int32Array.from(blobs), linkedAtMs: new Float64Array(blobs.length), layerLinks };
}
