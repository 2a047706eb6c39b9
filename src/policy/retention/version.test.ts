import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareVersions, parseVersion, type Version } from './version.ts';

const version = (tag: string) => parseVersion(tag) as Version;

describe('a tag is read as a version', () => {
  test.each(['1.2.3', 'v1.2.3', '0.0.0', '1.2.3-rc.1', '1.0.0-alpha-beta.7', '1.0.0--', `1.0.${'9'.repeat(40)}`])(
    '%s',
    (tag) => {
      expect(parseVersion(tag)).toBeDefined();
    },
  );

  test.each([
    ...['latest', '1', '1.2', '1.2.3.4', 'V1.2.3', 'vv1.2.3', '01.2.3', '1.02.3', '1.2.3-', '1.2.3-01', '1.2.3-a..b'],
    ...['1.2.3-rc_1', 'release-1.2.3', '1.2.3 ', ''],
  ])('but not %j', (tag) => {
    expect(parseVersion(tag)).toBeUndefined();
  });
});

describe('the order of versions', () => {
  // The example of the specification, with its neighbours.
  const ascending = [
    ...['0.9.9', '1.0.0-1', '1.0.0-2', '1.0.0-11', '1.0.0-alpha', '1.0.0-alpha.1', '1.0.0-alpha.beta', '1.0.0-beta'],
    ...[
      '1.0.0-beta.2',
      '1.0.0-beta.11',
      '1.0.0-rc.1',
      'v1.0.0',
      '1.0.1',
      '1.0.10',
      '1.2.0',
      '1.10.0',
      '2.0.0',
      '10.0.0',
    ],
  ];

  test('is that of semver', () => {
    const shuffled = [...ascending].sort((a, b) => (a.length + a < b.length + b ? -1 : 1));
    expect(shuffled.sort((a, b) => compareVersions(version(a), version(b)))).toEqual(ascending);
  });

  test('goes by value, of numbers of any length', () => {
    expect(compareVersions(version('1.0.99999999999999999999'), version('1.0.100000000000000000000'))).toBeLessThan(0);
  });

  test('turns round with its ends, and is the same for a leading v', () => {
    fc.assert(
      fc.property(fc.constantFrom(...ascending), fc.constantFrom(...ascending), (a, b) => {
        const order = Math.sign(compareVersions(version(a), version(b)));
        expect(order + Math.sign(compareVersions(version(b), version(a)))).toBe(0);
        expect(Math.sign(compareVersions(version(`v${a.replace('v', '')}`), version(b)))).toBe(order);
      }),
    );
  });
});
