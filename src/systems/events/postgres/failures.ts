import { CodedError, messageOf } from '../../../util/pure/coded-error.ts';
import { readUrl } from '../../../util/pure/read-url.ts';
import { type EventsErrorCode, eventsError } from '../errors.ts';

/** `host[:port]/database`, without credentials. @throws EVENTS_SETTINGS_INVALID when it is no PostgreSQL URL. */
export function placeOf(url: string): string {
  if (readUrl(url) === undefined) throw urlInvalid();
  const { protocol, host, pathname } = new URL(url);
  if (protocol !== 'postgres:' && protocol !== 'postgresql:') throw urlInvalid();
  return `${host}${pathname}`;
}

/** Without the URL: it may hold a password. */
export function urlInvalid(): CodedError<EventsErrorCode> {
  return eventsError('EVENTS_SETTINGS_INVALID', 'reading the URL of the database for events: it is not one', {
    hint: 'Write it as postgres://user@host:5432/database, with special characters percent-encoded.',
  });
}

/** The server's code for what went wrong; undefined for what it did not say itself. */
export function sqlStateOf(thrown: unknown): string | undefined {
  return isOfDriver(thrown) && /^[0-9A-Z]{5}$/.test(thrown.code) ? thrown.code : undefined;
}

/** Where an event was to go. */
export interface Target {
  readonly place: string;
  readonly table: string;
  /** Set when the time was up: how long it was, in milliseconds. */
  readonly within: number | undefined;
}

/** EVENTS_… for whatever the server, the driver or the network say; anything else is a bug of ours and stays what it is. */
export function explain(thrown: unknown, { place, table, within }: Target): unknown {
  if (thrown instanceof CodedError) return thrown;
  const doing = `writing an event to ${table} at ${place}`;
  if (within !== undefined)
    return eventsError('EVENTS_UNREACHABLE', `${doing}: no answer within ${within} ms`, { cause: thrown });
  if (!isOfDriver(thrown)) return thrown;
  // A refused connection to several addresses has no message.
  const said = messageOf(thrown) || thrown.code;
  return eventsError(codeFor(sqlStateOf(thrown)), `${doing}: ${said}`, { cause: thrown });
}

/** By class: 22 and 23 are values that the table does not take, 25 a read-only database, 28 authorisation, 3D and 3F a database or schema that is not there, 42 names and rights. */
function codeFor(state: string | undefined): EventsErrorCode {
  if (state === undefined) return 'EVENTS_UNREACHABLE';
  if (['42703', '42804', '42809', '23502', '23514', '428C9'].includes(state)) return 'EVENTS_TABLE_UNFIT';
  return /^(?:22|23|25|28|3D|3F|42)/.test(state) ? 'EVENTS_REFUSED' : 'EVENTS_UNAVAILABLE';
}

function isOfDriver(thrown: unknown): thrown is Error & { readonly code: string } {
  return thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string';
}
