import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { guardShrink, shrankStrangely } from './shrink.ts';

describe('a count that shrank', () => {
  test('is strange when more than half of it is gone, and not at exactly half', () => {
    expect(shrankStrangely({ rows: 100 }, { rows: 49 })).toEqual({ name: 'rows', before: 100, now: 49 });
    expect(shrankStrangely({ rows: 100 }, { rows: 50 })).toBeUndefined();
  });

  test('is never strange when nothing is remembered, or nothing was there', () => {
    expect(shrankStrangely(undefined, { rows: 0 })).toBeUndefined();
    expect(shrankStrangely({ rows: 0 }, { rows: 0 })).toBeUndefined();
    expect(shrankStrangely({}, { rows: 0 })).toBeUndefined();
  });

  test('is strange when it fell to nothing or is no longer counted', () => {
    expect(shrankStrangely({ rows: 1 }, { rows: 0 })).toEqual({ name: 'rows', before: 1, now: 0 });
    expect(shrankStrangely({ rows: 5, tags: 3 }, { rows: 5 })).toEqual({ name: 'tags', before: 3, now: 0 });
  });

  test('is told by the largest drop', () => {
    expect(shrankStrangely({ a: 10, b: 10, c: 10 }, { a: 4, b: 1, c: 3 })?.name).toBe('b');
  });

  test('is strange when it is no number', () => {
    expect(shrankStrangely({ rows: 10 }, { rows: Number.NaN })).toBeDefined();
    expect(shrankStrangely({ rows: Number.NaN }, { rows: 10 })).toBeDefined();
  });

  test('may be allowed to vanish, or not to shrink at all', () => {
    expect(shrankStrangely({ rows: 10 }, { rows: 0 }, 1)).toBeUndefined();
    expect(shrankStrangely({ rows: 10 }, { rows: 9 }, 0)).toBeDefined();
    expect(() => shrankStrangely({}, {}, 1.5)).toThrow(RangeError);
    expect(() => shrankStrangely({}, {}, Number.NaN)).toThrow(RangeError);
  });

  test('is strange exactly when one of the counts fell by a larger share than it may', () => {
    const counts = fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.nat(1000));
    fc.assert(
      fc.property(counts, counts, fc.double({ min: 0, max: 1, noNaN: true }), (before, now, share) => {
        const expected = Object.entries(before).some(
          ([name, count]) => count > 0 && (count - (now[name] ?? 0)) / count > share,
        );
        expect(shrankStrangely(before, now, share) !== undefined).toBe(expected);
      }),
    );
  });

  test('makes a gap over all that the source speaks of', () => {
    const guard = {
      source: 'records postgres',
      scope: 'registry.example',
      hides: 'holds',
      previous: { rows: 10 },
    } as const;
    expect(guardShrink({ ...guard, current: { rows: 2 } })).toMatchObject({
      source: 'records postgres',
      scope: 'registry.example',
      hides: 'holds',
      cause: 'comparing records postgres with its last survey: rows fell from 10 to 2',
    });
    expect(guardShrink({ ...guard, current: { rows: 2 }, maxDropShare: 0.9 })).toBeUndefined();
  });
});
