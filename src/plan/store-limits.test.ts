import { describe, expect, test } from 'vitest';
import type { StoreCounts } from './store-counts.ts';
import { brokenStoreLimits, enoughNeededBytes } from './store-limits.ts';

function counts(over: Partial<StoreCounts>): StoreCounts {
  return {
    ...{ repositories: 3, tags: 5, manifests: 5, blobs: 100, live: 80, unneeded: 20, young: 0, waiting: 0, hidden: 0 },
    ...{ hiddenBytes: 0, graceMs: 0, holdMs: 0, steps: {} },
    wouldDelete: { blobs: 20, reclaimableBytes: 0, purgedBytes: 0 },
    ...over,
  };
}
const limits = { maxDeleteRatio: 0.3 };
const GIB = 1024 ** 3;

describe('the limit of a storage', () => {
  test('holds up to its share, and is broken beyond it', () => {
    expect(brokenStoreLimits(limits, counts({ live: 70, unneeded: 30 }))).toEqual([]);
    expect(brokenStoreLimits(limits, counts({ live: 69, unneeded: 31 }))).toEqual([
      expect.stringContaining('31 of 100 blobs would go, more than 30 %'),
    ]);
  });

  test('does not count what is too young to go', () => {
    expect(brokenStoreLimits(limits, counts({ live: 50, unneeded: 50, young: 20 }))).toEqual([]);
  });

  test('is broken by bytes as well as by blobs, and says which', () => {
    const weighing = (goBytes: number, isLeast = false) =>
      brokenStoreLimits(limits, counts({ bytes: { goBytes, allBytes: 10 * GIB, isLeast } }));
    expect(weighing(3 * GIB)).toEqual([]);
    expect(weighing(3.5 * GIB)).toEqual([
      expect.stringMatching(/^maxDeleteRatio: 3\.5 GiB of 10 GiB in blobs would go, more than 30 %; if it is right,/),
    ]);
    const both = counts({ live: 60, unneeded: 40, bytes: { goBytes: 4 * GIB, allBytes: 10 * GIB, isLeast: false } });
    expect(brokenStoreLimits(limits, both)).toEqual([
      expect.stringContaining('40 of 100 blobs would go'),
      expect.stringContaining('4 GiB of 10 GiB in blobs would go'),
    ]);
    expect(brokenStoreLimits({ maxDeleteRatio: 1 }, both)).toEqual([]);
    expect(brokenStoreLimits(limits, { ...both, blobs: 19 })).toEqual([]);
  });

  test('is not broken where there is more than what was looked at', () => {
    const bytes = { goBytes: 3 * GIB, allBytes: 3 * GIB, isLeast: true };
    expect(brokenStoreLimits(limits, counts({ bytes }))).toEqual([]);
  });

  test('asks for no more bytes than show that it holds, and for none where it can not be broken', () => {
    const of = (maxDeleteRatio: number, blobs: number, goBytes: number) =>
      enoughNeededBytes({ maxDeleteRatio }, { blobs }, { goBytes, unneededBytes: goBytes + 5 });
    expect(of(0.25, 100, 100)).toBe(295);
    expect([of(1, 100, 100), of(0.25, 19, 100), of(0.25, 100, 0)]).toEqual([undefined, undefined, undefined]);
    expect(of(0, 100, 1)).toBe(Number.POSITIVE_INFINITY);
  });

  test('says nothing of the share in a small storage', () => {
    expect(brokenStoreLimits(limits, counts({ blobs: 19, live: 1, unneeded: 18 }))).toEqual([]);
  });

  test('is broken where nothing at all is needed, however small the storage, unless that is allowed', () => {
    const nothing = counts({ blobs: 3, live: 0, unneeded: 3 });
    expect(brokenStoreLimits(limits, nothing)).toEqual([expect.stringContaining('not one of 3 blobs is needed')]);
    expect(brokenStoreLimits(limits, { ...nothing, repositories: 0 })).toEqual([
      expect.stringContaining('no repository at all'),
    ]);
    expect(brokenStoreLimits({ maxDeleteRatio: 1 }, nothing)).toEqual([]);
  });

  test('says nothing of an empty storage', () => {
    expect(brokenStoreLimits(limits, counts({ repositories: 0, blobs: 0, live: 0, unneeded: 0 }))).toEqual([]);
  });
});
