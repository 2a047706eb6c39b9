import { Cron } from 'croner';
import { messageOf } from '../util/pure/coded-error.ts';

/** The times that a cron expression means, in its time zone. UTC milliseconds, whole seconds. */
export interface CronTimes {
  /** The first after a moment; undefined where none comes any more. */
  next(afterMs: number): number | undefined;
  /** The last before a moment, that moment itself not counted. */
  previous(beforeMs: number): number | undefined;
}

/**
 * Five fields, or six with seconds first; `@daily` and its like. Where clocks change, a fixed time comes once a day all the same: one
 * that is skipped comes as much later as the clock jumps, one that comes twice counts the first time.
 *
 * @throws RangeError in words, for what can't be read
 */
export function cronTimes(expression: string, timeZone: string): CronTimes {
  if (cronComplaint(expression) !== undefined) throw new RangeError(`reading the cron expression ${expression}`);
  if (!isTimeZone(timeZone)) throw new RangeError(`reading the time zone ${timeZone}`);
  const cron = new Cron(expression, { timezone: timeZone, mode: '5-or-6-parts' });
  return {
    next: (afterMs) => cron.nextRun(new Date(afterMs))?.getTime(),
    previous: (beforeMs) => cron.previousRuns(1, new Date(beforeMs))[0]?.getTime(),
  };
}

/** @returns what is wrong with an expression, in words; undefined where nothing is. */
export function cronComplaint(expression: string): string | undefined {
  // A date is taken for one, and comes once.
  if (/^\s*\d{4}-/.test(expression)) return 'it is a date';
  try {
    const cron = new Cron(expression, { timezone: 'UTC', mode: '5-or-6-parts' });
    return cron.nextRun() === null ? 'it never comes' : undefined;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return `it can not be read: ${messageOf(error).replace(/^CronPattern: /, '')}`;
  }
}

/** Whether this Node knows a time zone by that name. */
export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return false;
  }
}
