import postgres from 'postgres';
import { messageOf } from '../../../util/pure/coded-error.ts';
import { ReadingStopped, type RecordsErrorCode, recordsError } from '../errors.ts';
import { codeOf, networkFailure } from '../network-failure.ts';

/**
 * Which SQLSTATEs are the user's to correct, first match first. All others (connection, resources, shutdown, cancelled, conflicts,
 * internal) may pass by themselves, or leave the answer cut off.
 *
 * @see https://www.postgresql.org/docs/15/errcodes-appendix.html
 */
const mistakes: readonly (readonly [RegExp, RecordsErrorCode])[] = [
  [/^28/, 'RECORDS_ACCESS_DENIED'],
  [/^42501$/, 'RECORDS_ACCESS_DENIED'],
  [/^3[DF]000$/, 'RECORDS_NOT_FOUND'],
  [/^(?:0A|21|22|25006|42|44)/, 'RECORDS_QUERY_INVALID'],
];

/** What to throw for an error of the server, the driver or the network; anything else is a bug of ours and comes back as it is. */
export function postgresFailure(error: unknown, doing: string, queryStart = 0): unknown {
  if (!(error instanceof postgres.PostgresError)) {
    return codeOf(error)?.startsWith('RECORDS_') === false ? networkFailure(error, doing) : error;
  }
  const position = Number(error.position) - queryStart;
  const where = queryStart > 0 && position > 0 ? `, at character ${position} of the query` : '';
  const message = `${doing}: ${messageOf(error)} (SQLSTATE ${error.code}${where})`;
  const code = mistakes.find(([pattern]) => pattern.test(error.code))?.[1];
  if (code !== undefined) return recordsError(code, message, error.hint || undefined);
  const isTimeout = error.code === '57014';
  const hint = isTimeout
    ? 'Make the query faster, or raise the statement time-out.'
    : 'Look into the log of the server, then start again.';
  return new ReadingStopped(message, hint);
}
