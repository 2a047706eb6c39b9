import { Cron } from 'croner';
import { messageOf } from '../../util/pure/coded-error.ts';
import { nearest } from '../nearest.ts';
import { complaint } from './complaint.ts';
import { checkedText } from './leaves.ts';

const LIKE = 'write minute, hour, day, month and weekday, like 0 3 * * *, or @daily';
const NICKNAMES = ['@hourly', '@daily', '@midnight', '@weekly', '@monthly', '@yearly', '@annually'];

/** A cron line as Kubernetes and cron take it: five parts, or a nickname. */
export function cronLine() {
  return checkedText('cron line', '0 3 * * *', (text) => {
    const line = text.trim();
    const parts = line.split(/\s+/).length;
    if (line.startsWith('@')) {
      if (NICKNAMES.includes(line)) return undefined;
      return complaint(`it is none of ${NICKNAMES.join(', ')}`, LIKE);
    }
    if (parts !== 5) return complaint(`it has ${parts} part${parts === 1 ? '' : 's'} where a cron line has five`, LIKE);
    try {
      const next = new Cron(line, { paused: true, timezone: 'UTC' }).nextRun(new Date(0));
      return next === null ? complaint('it names a time that never comes', LIKE) : undefined;
    } catch (error) {
      // The parser throws TypeError and RangeError; their words name the part.
      return complaint(`it is not a cron line: ${messageOf(error).replace(/^CronPattern: /, '')}`, LIKE);
    }
  });
}

/** A name of the IANA time zone database. */
export function timeZone() {
  return checkedText('time zone', 'Europe/Vienna', (name) => {
    try {
      new Intl.DateTimeFormat('en', { timeZone: name });
      return undefined;
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      const meant = nearest(name, Intl.supportedValuesOf('timeZone'));
      return complaint(
        'it is not a time zone',
        meant === undefined ? 'write a name like Europe/Vienna or UTC' : `did you mean ${meant}?`,
      );
    }
  });
}
