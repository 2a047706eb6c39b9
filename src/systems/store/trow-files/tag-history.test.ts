import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Digest } from '../../../oci/digest.ts';
import { currentDigests, parseTagHistory, pastDigests, pushedAtMs } from './tag-history.ts';

const digest = (letter: string): Digest => `sha256:${letter.repeat(64)}`;
const [a, b, c] = [digest('a'), digest('b'), digest('c')];
const day = (n: number) => `2024-01-${String(n).padStart(2, '0')}T00:00:00.000000000Z`;
const lines = (...pushes: (readonly [Digest, string?])[]) =>
  parseTagHistory(pushes.map((push) => `${push.join(' ')}\n`).join('')).lines;

describe('a tag', () => {
  test('stands for the first line where Trow wrote the newest first', () => {
    expect(currentDigests(lines([c, day(3)], [b, day(2)], [a, day(1)]))).toEqual([c]);
  });

  test('stands for the last line where Trow wrote the newest last', () => {
    expect(currentDigests(lines([a, day(1)], [b, day(2)], [c, day(3)]))).toEqual([c]);
  });

  test('stands for the line with the greatest time where an upgrade left both orders in one file', () => {
    expect(currentDigests(lines([b, day(2)], [a, day(1)], [c, day(3)]))).toEqual([c]);
    expect(currentDigests(lines([b, day(2)], [c, day(3)], [a, day(1)]))).toEqual([c]);
  });

  test('stands for the same digest in whatever order its lines are', () => {
    const pushes = fc.uniqueArray(fc.integer({ min: 1, max: 28 }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(pushes, fc.infiniteStream(fc.nat()), (days, chance) => {
        const named = days.map((n) => [digest((n % 16).toString(16)), day(n)] as const);
        const shuffled = named
          .map((push) => ({ push, at: chance.next().value as number }))
          .sort((x, y) => x.at - y.at)
          .map(({ push }) => push);
        expect(currentDigests(lines(...shuffled))).toEqual([digest((Math.max(...days) % 16).toString(16))]);
      }),
    );
  });

  test('is told apart by nanoseconds', () => {
    expect(currentDigests(lines([a, '2024-01-01T00:00:00.000000002Z'], [b, '2024-01-01T00:00:00.000000001Z']))).toEqual(
      [a],
    );
  });

  test('stands for all lines with the same greatest time', () => {
    expect(currentDigests(lines([a, day(1)], [b, day(2)], [c, day(2)]))).toEqual([b, c]);
  });

  test('may stand for any line that tells no time, and for the newest of the others', () => {
    expect(currentDigests(lines([a], [b, day(2)], [c, day(1)]))).toEqual([a, b]);
    expect(currentDigests(lines([a], [b]))).toEqual([a, b]);
    expect(currentDigests(lines([a, 'yesterday'], [b, day(2)]))).toEqual([a, b]);
  });

  test('stood for a digest until the next one came', () => {
    const history = lines([a, day(1)], [c, day(20)], [b, day(10)]);

    expect(pastDigests(history, Date.parse(day(15)))).toEqual([{ digest: b, untilMs: Date.parse(day(20)) }]);
    expect(pastDigests(history, Date.parse(day(10))).map((one) => one.digest)).toEqual([b, a]);
    expect(pastDigests(history, Date.parse(day(21)))).toEqual([]);
  });

  test('has no past in what it stands for now', () => {
    expect(pastDigests(lines([a, day(1)], [b, day(2)], [a, day(3)]), Number.NEGATIVE_INFINITY)).toEqual([
      { digest: b, untilMs: Date.parse(day(3)) },
    ]);
  });

  test('tells when a digest came last', () => {
    const history = lines([a, day(1)], [b, day(2)], [a, day(3)], [c]);

    expect(pushedAtMs(history, a)).toBe(Date.parse(day(3)));
    expect(pushedAtMs(history, c)).toBeUndefined();
  });
});

describe('a file', () => {
  test.each([
    ['', 'it is empty'],
    ['\n\n', 'it is empty'],
    [`sha256:abc ${day(1)}\n`, 'line 1 is not a digest and a time'],
    [`${a} ${day(1)}\n${b.slice(0, 40)}`, 'line 2 is not a digest and a time'],
    [`${a} ${day(1)} ${b}\n`, 'line 1 is not a digest and a time'],
    ['\0\0\0\0', 'line 1 is not a digest and a time'],
  ])('like %j is damaged', (text, damage) => {
    expect(parseTagHistory(text).damage).toBe(damage);
  });

  test('whose end was cut off keeps what is left of it', () => {
    expect(parseTagHistory(`${a} ${day(1)}\n${b} 2024-01-0`).lines.map((line) => line.digest)).toEqual([a, b]);
    expect(currentDigests(parseTagHistory(`${a} ${day(1)}\n${b} 2024-01-0`).lines)).toEqual([a, b]);
  });

  test('may have the line ends of another system', () => {
    expect(parseTagHistory(`${a} ${day(1)}\r\n`)).toEqual({
      lines: [{ digest: a, atNanos: BigInt(Date.parse(day(1))) * 1_000_000n }],
    });
  });
});
