import { describe, expect, test } from 'vitest';
import { dueWords, intervalOf, jitterOf, MOST_COUNTED, nextBeginAtMs, overdueSince } from './due-times.ts';

const at = (iso: string) => Date.parse(iso);
const iso = (ms: number | undefined) => (ms === undefined ? undefined : new Date(ms).toISOString());
const nightly = { name: 'nightly', cron: '0 3 * * *', timeZone: 'UTC', jitterMs: 0 };
const berlin = { name: 'berlin', cron: '30 2 * * *', timeZone: 'Europe/Berlin', jitterMs: 0 };

describe('what is overdue', () => {
  test('is nothing before its time, and one at its very second', () => {
    const done = at('2026-04-01T03:00:00Z');

    expect(overdueSince(nightly, done, at('2026-04-02T02:59:59.999Z'))).toBeUndefined();
    expect(overdueSince(nightly, done, at('2026-04-02T03:00:00.000Z'))).toEqual({
      ...{ dueAtMs: at('2026-04-02T03:00:00Z'), beginsAtMs: at('2026-04-02T03:00:00Z'), count: 1 },
    });
  });

  test('is one of all that were missed, the last, and tells how many there were', () => {
    const overdue = overdueSince(nightly, at('2026-04-01T03:00:00Z'), at('2026-04-05T12:00:00Z'));

    expect(overdue).toMatchObject({ dueAtMs: at('2026-04-05T03:00:00Z'), count: 4 });
  });

  test('is nothing again once its due time is taken care of', () => {
    const now = at('2026-04-05T12:00:00Z');
    const overdue = overdueSince(nightly, at('2026-04-01T03:00:00Z'), now);

    expect(overdueSince(nightly, overdue?.dueAtMs ?? 0, now)).toBeUndefined();
  });

  test('is counted to an end, also by the second over a year', () => {
    const everySecond = { ...nightly, cron: '* * * * * *' };

    const overdue = overdueSince(everySecond, at('2025-04-01T00:00:00Z'), at('2026-04-01T00:00:00Z'));

    expect(overdue).toMatchObject({ dueAtMs: at('2026-04-01T00:00:00Z'), count: MOST_COUNTED });
  });

  test('begins later by its jitter, never before and never by more', () => {
    const shaken = { ...nightly, jitterMs: 600_000 };
    for (let day = 1; day <= 20; day += 1) {
      const due = Date.UTC(2026, 3, day, 3);
      const begins = due + jitterOf(shaken, due);
      expect(overdueSince(shaken, due - 1000, begins - 1)).toBeUndefined();
      expect(overdueSince(shaken, due - 1000, begins)).toMatchObject({ dueAtMs: due, beginsAtMs: begins });
      expect(begins - due).toBeLessThanOrEqual(600_000);
    }
  });

  test('is found behind thousands of due times that lie within the jitter', () => {
    const shaken = { ...nightly, cron: '* * * * * *', jitterMs: 86_400_000 };
    const now = at('2026-04-03T00:00:00Z');

    expect(overdueSince(shaken, at('2026-04-01T00:00:00Z'), now)?.beginsAtMs).toBeLessThanOrEqual(now);
  });
});

describe('where clocks change', () => {
  const dues = (from: string, days: number) => {
    const found: string[] = [];
    let done = at(from);
    for (let hour = 1; hour <= days * 24; hour += 1) {
      const overdue = overdueSince(berlin, done, at(from) + hour * 3_600_000);
      if (overdue === undefined) continue;
      done = overdue.dueAtMs;
      found.push(iso(done) ?? '');
    }
    return found;
  };

  test('a time that is skipped comes once, later', () => {
    expect(dues('2026-03-28T00:00:00Z', 3)).toEqual([
      '2026-03-28T01:30:00.000Z',
      '2026-03-29T01:00:00.000Z',
      '2026-03-30T00:30:00.000Z',
    ]);
  });

  test('a time that comes twice counts once', () => {
    expect(dues('2026-10-24T00:00:00Z', 3)).toEqual([
      '2026-10-24T00:30:00.000Z',
      '2026-10-25T00:30:00.000Z',
      '2026-10-26T01:30:00.000Z',
    ]);
  });
});

describe('jitter', () => {
  test('is the same for each due time, and another for another schedule or time', () => {
    const shaken = { ...nightly, jitterMs: 3_600_000 };
    const due = at('2026-04-01T03:00:00Z');

    expect(jitterOf(shaken, due)).toBe(jitterOf({ ...shaken }, due));
    const others = ['a', 'b', 'c', 'd'].map((name) => jitterOf({ ...shaken, name }, due));
    expect(new Set(others).size).toBe(4);
    expect(jitterOf(shaken, due + 86_400_000)).not.toBe(jitterOf(shaken, due));
  });
});

describe('the next beginning', () => {
  test('lies in the future and has its jitter in it', () => {
    const shaken = { ...nightly, jitterMs: 600_000 };
    const due = at('2026-04-02T03:00:00Z');

    expect(nextBeginAtMs(shaken, at('2026-04-01T12:00:00Z'))).toBe(due + jitterOf(shaken, due));
    expect(nextBeginAtMs(nightly, due)).toBe(due + 86_400_000);
  });

  test('is of no due time that was taken care of', () => {
    const due = at('2026-04-02T03:00:00Z');

    expect(nextBeginAtMs(nightly, at('2026-04-01T12:00:00Z'), due)).toBe(due + 86_400_000);
  });
});

test('the interval is that between the next two', () => {
  expect(intervalOf(nightly, at('2026-04-01T12:00:00Z'))).toBe(86_400_000);
  expect(intervalOf({ ...nightly, cron: '*/5 * * * *' }, at('2026-04-01T12:00:00Z'))).toBe(300_000);
});

test('a due time is written for ids', () => {
  expect(dueWords(at('2026-11-21T03:00:00.000Z'))).toBe('20261121T030000Z');
});
