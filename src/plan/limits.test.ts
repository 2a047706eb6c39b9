import { describe, expect, it } from 'vitest';
import { assertWithinLimits, brokenLimits, defaultLimits, fewTags } from './limits.ts';
import type { RepositoryCounts } from './repository-counts.ts';

function repository(name: string, found: number, removed: number): RepositoryCounts {
  return { repository: name, class: 'steps', found, live: 0, removed, keptByReason: {}, freesBytes: 0 };
}

describe('limits', () => {
  it('stop a plan that removes more tags than it may, and name the figures', () => {
    const counts = [repository('a', 100, 3), repository('b', 100, 3)];

    expect(brokenLimits({ maxDeletions: 6 }, counts)).toEqual([]);
    expect(brokenLimits({ maxDeletions: 5 }, counts)).toEqual(['maxDeletions: 6 tags would go, more than 5']);
  });

  it('stop a plan that removes more than nine tenths of a registry, without being told to', () => {
    expect(brokenLimits(defaultLimits, [repository('a', 100, 90)])).toEqual([]);
    expect(brokenLimits(defaultLimits, [repository('a', 100, 91)])).toEqual([
      'maxShare: 91 of 100 tags would go, more than 90 %',
    ]);
  });

  it('count the share of all repositories together, and of each one where that is asked for', () => {
    const counts = [repository('a', 100, 100), repository('b', 100, 0)];

    expect(brokenLimits({ maxShare: 0.5 }, counts)).toEqual([]);
    expect(brokenLimits({ maxShareOfRepository: 0.5 }, counts)).toEqual([
      'maxShareOfRepository: 100 of 100 tags of a would go, more than 50 %',
    ]);
  });

  it('say nothing of shares where there are too few tags to tell an accident', () => {
    const few = [repository('a', fewTags - 1, fewTags - 1)];
    const enough = [repository('a', fewTags, fewTags)];
    const limits = { maxShare: 0.5, maxShareOfRepository: 0.5 };

    expect(brokenLimits(limits, few)).toEqual([]);
    expect(brokenLimits(limits, enough)).toHaveLength(2);
  });

  it('leave so many tags in each repository from which any is removed', () => {
    const counts = [repository('a', 4, 2), repository('b', 1, 0)];

    expect(brokenLimits({ minRemaining: 2 }, counts)).toEqual([]);
    expect(brokenLimits({ minRemaining: 3 }, counts)).toEqual(['minRemaining: 2 tags of a would remain, fewer than 3']);
  });

  it('that are broken throw, with every one of them, and nothing is deleted', () => {
    expect(() => assertWithinLimits([])).not.toThrow();
    expect(() => assertWithinLimits(['one: x', 'two: y'])).toThrow(
      expect.objectContaining({
        code: 'LIMIT_EXCEEDED',
        message: expect.stringContaining('one: x; two: y; nothing was deleted'),
      }),
    );
  });
});
