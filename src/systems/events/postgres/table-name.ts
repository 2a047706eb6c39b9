import { eventsError } from '../errors.ts';

/** PostgreSQL cuts longer names off, silently. @see https://www.postgresql.org/docs/15/sql-syntax-lexical.html#SQL-SYNTAX-IDENTIFIERS */
const MAX_LENGTH = 63;
const NAME = /^[A-Za-z_][A-Za-z0-9_$]*$/;

/**
 * A table's name as it can stand in a statement: `events` → `"events"`, `audit.events` → `"audit"."events"`. Case counts.
 *
 * @throws EVENTS_SETTINGS_INVALID for anything but one or two plain names.
 */
export function quoteTable(table: string): string {
  const parts = table.split('.');
  const fits = parts.length <= 2 && parts.every((part) => NAME.test(part) && part.length <= MAX_LENGTH);
  if (fits) return parts.map((part) => `"${part}"`).join('.');
  throw eventsError(
    'EVENTS_SETTINGS_INVALID',
    `reading the name of the table for events, ${JSON.stringify(table.slice(0, 200))}: it is not table or schema.table`,
    {
      hint: `Write letters, digits and underscores, at most ${MAX_LENGTH} a name: winnow_events, or audit.winnow_events.`,
    },
  );
}
