import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatBytes, parseBytes } from './bytes.ts';
import { formatDuration, parseDuration } from './duration.ts';
import { globsOverlap, matchesGlob } from './glob.ts';

describe('durations', () => {
  it.each([
    ['96h', 345_600_000],
    ['1h30m', 5_400_000],
    ['10m', 600_000],
    ['7d', 604_800_000],
    ['1.5h', 5_400_000],
    ['250ms', 250],
    ['0', 0],
  ])('reads %s', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  it.each(['', '5', 'h', '5 h', '-5m', '5y', '1h30'])('refuses %j', (text) => {
    expect(() => parseDuration(text)).toThrow(expect.objectContaining({ code: 'DURATION_INVALID' }));
  });

  it('are written with the two largest units', () => {
    expect([0, 999, 61_000, 90_061_000, -5000].map(formatDuration)).toEqual(['0s', '999ms', '1m1s', '1d1h', '-5s']);
  });

  it('below a minute are written in seconds and their tenths', () => {
    const written = [1205, 1000, 12_340, 59_949, 59_950, 61_205, -1205].map(formatDuration);

    expect(written).toEqual(['1.2s', '1s', '12.3s', '59.9s', '1m', '1m1s', '-1.2s']);
    for (const text of written.slice(0, 6)) expect(formatDuration(parseDuration(text))).toBe(text);
  });
});

describe('sizes', () => {
  it.each([
    ['10Gi', 10 * 2 ** 30],
    ['500M', 500_000_000],
    ['1024', 1024],
    ['1.5Ki', 1536],
    ['3GiB', 3 * 2 ** 30],
    ['7B', 7],
  ])('reads %s', (text, bytes) => {
    expect(parseBytes(text)).toBe(bytes);
  });

  it.each(['', 'Gi', '10 apples', '-1', '1e3'])('refuses %j', (text) => {
    expect(() => parseBytes(text)).toThrow(expect.objectContaining({ code: 'SIZE_INVALID' }));
  });

  it('are written in binary units', () => {
    expect([0, 1023, 1024, 3_044_058_726, 150 * 2 ** 20].map(formatBytes)).toEqual([
      '0 B',
      '1023 B',
      '1 KiB',
      '2.835 GiB',
      '150 MiB',
    ]);
  });
});

describe('globs', () => {
  it.each([
    ['opschain/*', 'opschain/step', true],
    ['opschain/*', 'opschain/a/b', false],
    ['opschain/*', 'opschain', false],
    ['opschain/**', 'opschain/a/b', true],
    ['**', 'anything/at/all', true],
    ['*', 'a/b', false],
    ['a?c', 'abc', true],
    ['a?c', 'a/c', false],
    ['*-test', 'x-test', true],
    ['*-test', 'x-tests', false],
  ])('%s on %s: %s', (glob, name, matches) => {
    expect(matchesGlob(glob, name)).toBe(matches);
  });

  it.each([
    ['opschain/*', 'opschain/step', true],
    ['opschain/*', 'limepoint/*', false],
    ['*/base', 'limepoint/*', true],
    ['a/*', 'a/*/c', false],
    ['a/**', 'a/*/c', true],
    ['a*b', 'a?c', false],
    ['x', 'x', true],
  ])('%s and %s overlap: %s', (left, right, overlap) => {
    expect(globsOverlap(left, right)).toBe(overlap);
    expect(globsOverlap(right, left)).toBe(overlap);
  });

  it('overlap whenever one name is matched by both', () => {
    const glob = fc.string({ unit: fc.constantFrom('a', 'b', '/', '*', '?'), maxLength: 6 });
    const name = fc.string({ unit: fc.constantFrom('a', 'b', '/'), maxLength: 6 });
    fc.assert(
      fc.property(glob, glob, name, (left, right, text) => {
        if (matchesGlob(left, text) && matchesGlob(right, text)) expect(globsOverlap(left, right)).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });
});
