import { expect, test } from 'vitest';
import { randomFor } from './random.ts';

test('gives the same numbers for the same seed, and others for another', () => {
  const draw = (seed: string) => {
    const random = randomFor(seed);
    return [random.fraction(), random.int(1, 1000), random.hex(12), Buffer.from(random.bytes(7)).toString('hex')];
  };

  expect(draw('demo/a')).toEqual(draw('demo/a'));
  expect(draw('demo/a')).not.toEqual(draw('demo/b'));
});

test('draws these very numbers, on every machine', () => {
  const random = randomFor('pinned');

  expect([
    random.hex(8),
    random.int(1, 1_000_000),
    Buffer.from(random.bytes(6)).toString('hex'),
  ]).toMatchInlineSnapshot(`
    [
      "bed0ed96",
      234845,
      "53712b8c423f",
    ]
  `);
});

test('stays within its bounds and reaches them', () => {
  const random = randomFor('bounds');
  const drawn = Array.from({ length: 2000 }, () => random.int(3, 6));

  expect(new Set(drawn)).toEqual(new Set([3, 4, 5, 6]));
  expect(random.bytes(0)).toHaveLength(0);
  expect(random.bytes(5)).toHaveLength(5);
});
