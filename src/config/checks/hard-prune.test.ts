import { describe, expect, test } from 'vitest';
import { checkSettings } from '../check.ts';
import { formatProblem } from '../problem.ts';

const check = (hardPrune: string) => checkSettings(`hardPrune: {${hardPrune}}`, 'w.yaml').problems.map(formatProblem);

describe('the waiting times of hard-prune', () => {
  test.each([
    ['grace', '1h59m', '2h'],
    ['hold', '59m', '1h'],
    ['checkAfter', '9s', '10s'],
    ['checkAfter', '0s', '10s'],
    ['uploadAge', '119m', '2h'],
    ['uploadAge', '0s', '2h'],
  ])('%s of %s is refused while pushes go on, and not in read-only mode', (setting, given, least) => {
    expect(check(`${setting}: ${given}`)).toEqual([
      expect.stringContaining(
        `it is less than ${least}, while pushes go on (write ${least} or more, or make the registry read-only and give mode read-only)`,
      ),
    ]);
    expect(check(`${setting}: ${least}`)).toEqual([]);
    expect(check(`${setting}: ${given}, mode: read-only`)).toEqual([]);
  });

  test('leave the least age of blobs alone: a dry run tells of all', () => {
    expect(check('minBlobAge: 0s')).toEqual([]);
  });
});
