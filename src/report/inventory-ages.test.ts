import { expect, test } from 'vitest';
import { ageRangeOf, countAges, sumAges } from './inventory-ages.ts';

const DAY_MS = 86_400_000;
const now = 1000 * DAY_MS;

test('a tag is in the range of its age, at its bounds in the older one', () => {
  const ranges = [0, 6.9, 7, 30, 89, 90, 365, 900].map((days) => ageRangeOf(now - days * DAY_MS, now));
  expect(ranges).toEqual([0, 0, 1, 2, 2, 3, 4, 4]);
  expect(ageRangeOf(now + DAY_MS, now)).toBe(0);
  expect(ageRangeOf(undefined, now)).toBe(5);
});

test('tags are counted by age and by what becomes of them, and counts of several add up', () => {
  const young = { createdAtMs: now - DAY_MS, verdict: 'goes', exclusiveBytes: 3 } as const;
  const one = countAges([young, { ...young, verdict: 'used' }, { verdict: 'stays', exclusiveBytes: 7 }], now);
  expect(one[0]).toEqual({ goes: { tags: 1, bytes: 3 }, stays: { tags: 0, bytes: 0 }, used: { tags: 1, bytes: 3 } });
  expect(one[5]?.stays).toEqual({ tags: 1, bytes: 7 });

  const both = sumAges([one, countAges([young], now)]);
  expect(both).toHaveLength(6);
  expect(both[0]?.goes).toEqual({ tags: 2, bytes: 6 });
  expect(sumAges([])).toHaveLength(6);
});
