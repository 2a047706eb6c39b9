import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { textOf } from '../../test/support/report-examples.ts';
import { CodedError } from '../util/pure/coded-error.ts';
import { renderError } from './error.ts';
import { noPaint } from './paint.ts';

const error = new CodedError('LEASE_HELD', 'acquiring the lease of registry r: it is held by\nann', { hint: 'wait' });

describe('an error', () => {
  test('is its message, its code and the next step', () => {
    expect(textOf(renderError(error, 'table', noPaint))).toBe(
      'error: acquiring the lease of registry r: it is held by ann (LEASE_HELD)\nhint: wait',
    );
  });

  test('has no hint line without a hint', () => {
    expect(textOf(renderError(new CodedError('X', 'doing y: z'), 'wide', noPaint))).toBe('error: doing y: z (X)');
  });

  test('is an object for programs, the same in YAML', () => {
    const wanted = { error: { code: 'LEASE_HELD', message: error.message, hint: 'wait' } };

    expect(JSON.parse(textOf(renderError(error, 'json', noPaint)))).toEqual(wanted);
    expect(parse(textOf(renderError(error, 'yaml', noPaint)))).toEqual(wanted);
    expect(JSON.parse(textOf(renderError(new CodedError('X', 'y'), 'json', noPaint))).error.hint).toBeNull();
  });

  test.each([[new TypeError('x is not a function')], ['x is not a function']])(
    'that is no coded error is a bug of ours, and says so: %s',
    (thrown) => {
      expect(textOf(renderError(thrown, 'table', noPaint))).toMatch(
        /^internal error: x is not a function \(INTERNAL\)\nhint: this is a bug in Winnow/,
      );
    },
  );

  test('cannot command the terminal', () => {
    expect(textOf(renderError(new CodedError('X', 'GET r: \u001b[2J'), 'table', noPaint))).toBe(
      'error: GET r: \\u001b[2J (X)',
    );
  });
});
