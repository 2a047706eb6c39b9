import { describe, expect, test } from 'vitest';
import { RegistryError } from './registry-error.ts';
import { backOffMs, MAX_RETRY_AFTER_MS, parseRetryAfter, type RetryPolicy, withRetries } from './retry.ts';

const never = new AbortController().signal;
const NOW = Date.parse('2026-01-02T03:04:05Z');

function policy(changes: Partial<RetryPolicy> = {}): RetryPolicy {
  return { attempts: 5, totalMs: 60_000, random: () => 0, now: Date.now, ...changes };
}

function failing(times: number, details: { temporary?: boolean; retryAfterMs?: number } = {}) {
  let made = 0;
  return {
    made: () => made,
    attempt: async () => {
      made += 1;
      if (made <= times)
        throw new RegistryError('REGISTRY_UNAVAILABLE', `failure ${made}`, {
          temporary: true,
          retryAfterMs: 0,
          ...details,
        });
      return 'done';
    },
  };
}

describe('repeated attempts', () => {
  test('end with the first success', async () => {
    const { attempt, made } = failing(3);

    expect(await withRetries(attempt, policy(), { mayRepeat: true }, never)).toBe('done');
    expect(made()).toBe(4);
  });

  test('end when there were enough, with the last failure and their number', async () => {
    const { attempt, made } = failing(99);

    await expect(withRetries(attempt, policy({ attempts: 3 }), { mayRepeat: true }, never)).rejects.toMatchObject({
      code: 'REGISTRY_UNAVAILABLE',
      message: 'failure 3 (tried 3 times)',
      temporary: true,
    });
    expect(made()).toBe(3);
  });

  test('are none where the failure is for good, or the request must not be repeated', async () => {
    const lasting = failing(1, { temporary: false });
    const unsafe = failing(1);

    await expect(withRetries(lasting.attempt, policy(), { mayRepeat: true }, never)).rejects.toThrow('failure 1');
    await expect(withRetries(unsafe.attempt, policy(), { mayRepeat: false }, never)).rejects.toThrow(/^failure 1$/);
    expect([lasting.made(), unsafe.made()]).toEqual([1, 1]);
  });

  test('are none after a failure of our own', async () => {
    let made = 0;
    const attempt = async () => {
      made += 1;
      throw new TypeError('a bug');
    };

    await expect(withRetries(attempt, policy(), { mayRepeat: true }, never)).rejects.toThrow(TypeError);
    expect(made).toBe(1);
  });

  test('do not start later than the total time', async () => {
    const { attempt, made } = failing(99, { retryAfterMs: 30_000 });
    const startMs = performance.now();

    await expect(withRetries(attempt, policy({ totalMs: 10_000 }), { mayRepeat: true }, never)).rejects.toThrow(
      'failure 1',
    );
    expect(made()).toBe(1);
    expect(performance.now() - startMs).toBeLessThan(1000);
  });

  test('end at once with a stop in mid-wait', async () => {
    const stop = new AbortController();
    const { attempt } = failing(99, { retryAfterMs: 50_000 });
    const startMs = performance.now();
    setTimeout(() => stop.abort(new Error('stopped by the user')), 30);

    await expect(withRetries(attempt, policy(), { mayRepeat: true }, stop.signal)).rejects.toThrow(
      'stopped by the user',
    );
    expect(performance.now() - startMs).toBeLessThan(1000);
  });

  test('do not begin after a stop', async () => {
    const { attempt, made } = failing(0);

    await expect(
      withRetries(attempt, policy(), { mayRepeat: true }, AbortSignal.abort(new Error('stopped'))),
    ).rejects.toThrow('stopped');
    expect(made()).toBe(0);
  });
});

describe('the wait between attempts', () => {
  test('doubles, up to a bound', () => {
    const waits = [1, 2, 3, 4, 10].map((made) => backOffMs(made, 0.999_999, undefined));

    expect(waits).toEqual([250, 500, 1000, 2000, 10_000]);
  });

  test('is spread by chance over its upper half', () => {
    expect(backOffMs(3, 0, undefined)).toBe(500);
    expect(backOffMs(3, 0.5, undefined)).toBe(750);
  });

  test('is at least what the server asked for, capped', () => {
    expect(backOffMs(1, 0, 7000)).toBeGreaterThanOrEqual(7000);
    expect(backOffMs(1, 0, 7000)).toBeLessThan(8000);
    expect(backOffMs(1, 0, 86_400_000)).toBeLessThan(MAX_RETRY_AFTER_MS + 1000);
  });
});

describe('Retry-After', () => {
  test.each([
    ['120', 120_000],
    [' 0 ', 0],
    ['Fri, 02 Jan 2026 03:04:15 GMT', 10_000],
    ['Fri, 02 Jan 2026 03:00:00 GMT', 0],
    ['-5', undefined],
    ['soon', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('%j is %j ms', (header, ms) => expect(parseRetryAfter(header, NOW)).toBe(ms));
});
