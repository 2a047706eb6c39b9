import { expect, test } from 'vitest';
import { withLoopVariables } from './loop-variables.ts';
import { parseShard } from './shard-of.ts';

test('understands the variables of trow-garbage-collector, in seconds', () => {
  expect(withLoopVariables({}, { POLL_INTERVAL: '3600', MIN_GC_BLOB_AGE: '86400' })).toEqual({
    every: '3600s',
    minBlobAge: '86400s',
  });
  expect(withLoopVariables({}, { POLL_INTERVAL: ' ' })).toEqual({});
});

test('lets flags and variables of its own go over them', () => {
  const env = { POLL_INTERVAL: '3600', MIN_GC_BLOB_AGE: '86400' };
  expect(withLoopVariables({ every: '2h', minBlobAge: '1h' }, env)).toEqual({ every: '2h', minBlobAge: '1h' });
  expect(withLoopVariables({}, { ...env, WINNOW_HARD_PRUNE_MIN_BLOB_AGE: '1h' })).toEqual({ every: '3600s' });
});

test('refuses what is no number of seconds', () => {
  expect(() => withLoopVariables({}, { POLL_INTERVAL: '1h' })).toThrow('POLL_INTERVAL: "1h" is no number of seconds');
});

test('reads a part of a whole, and nothing else', () => {
  expect(parseShard('2/8')).toEqual({ index: 2, count: 8 });
  for (const text of ['0/8', '9/8', '1/257', '1', 'a/b', '1/8x']) expect(() => parseShard(text)).toThrow('--shard');
});
