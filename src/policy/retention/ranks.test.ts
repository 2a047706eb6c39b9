import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Ranked, rankSpans } from './ranks.ts';

const spans = (...entries: readonly Ranked<number>[]) =>
  Object.fromEntries(
    [...rankSpans(entries, (a, b) => a - b)].map(([image, { best, worst }]) => [image, [best, worst]]),
  );
const at = (image: number, value?: number): Ranked<number> => ({ image, value });
const atMost = (image: number, value: number): Ranked<number> => ({ image, value, isAtMost: true });

test('the highest value is number one', () => {
  expect(spans(at(1, 10), at(2, 30), at(3, 20))).toEqual({ 2: [1, 1], 3: [2, 2], 1: [3, 3] });
});

test('an image that takes part several times counts once, by its highest value', () => {
  expect(spans(at(1, 10), at(2, 30), at(1, 40), at(1, 5))).toEqual({ 1: [1, 1], 2: [2, 2] });
});

test('images of the same value may stand in any order', () => {
  expect(spans(at(1, 10), at(2, 10), at(3, 5))).toEqual({ 1: [1, 2], 2: [1, 2], 3: [3, 3] });
});

test('one of unknown value may stand before all others, and has no rank', () => {
  expect(spans(at(1, 10), at(2), at(3, 5))).toEqual({ 1: [1, 2], 3: [2, 3] });
});

test('one that is at most so high may stand behind everything', () => {
  expect(spans(at(1, 10), atMost(2, 30), at(3, 5))).toEqual({ 1: [1, 2], 2: [1, 3], 3: [2, 3] });
  expect(spans(at(1, 10), atMost(2, 7))).toEqual({ 1: [1, 1], 2: [2, 2] });
});

test('among each other, such images stand in their order', () => {
  expect(spans(atMost(1, 10), atMost(2, 30), atMost(3, 10))).toEqual({ 1: [2, 3], 2: [1, 1], 3: [2, 3] });
});

test('whatever the unknown values are, the rank lies in the span', () => {
  const hidden = fc.array(
    fc.record({
      value: fc.integer({ min: 0, max: 8 }),
      told: fc.constantFrom('exact', 'at most', 'no'),
      more: fc.nat({ max: 3 }),
    }),
    { minLength: 1, maxLength: 7 },
  );
  fc.assert(
    fc.property(hidden, (images) => {
      // Only one of a kind: of several, the order among each other is taken as it was told.
      const bounded = images.findIndex(({ told }) => told === 'at most');
      const entries = images.map(({ value, told, more }, image): Ranked<number> => {
        if (told === 'exact') return at(image, value);
        return told === 'at most' && image === bounded ? atMost(image, value + more) : at(image);
      });
      for (const [image, { best, worst }] of rankSpans(entries, (a, b) => a - b)) {
        const own = images[image]?.value ?? 0;
        const above = images.filter(({ value }) => value > own).length;
        expect(best).toBeLessThanOrEqual(above + 1);
        expect(worst).toBeGreaterThanOrEqual(above + 1);
      }
    }),
  );
});
