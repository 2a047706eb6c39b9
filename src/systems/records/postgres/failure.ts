import postgres from 'postgres';
import { CodedError, messageOf } from '../../../util/pure/coded-error.ts';
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

const LOG = 'Look into the log of the server, then start again.';

/** What to throw for an error of the server, the driver or the network; anything else is a bug of ours and comes back as it is. */
export function postgresFailure(error: unknown, doing: string, queryStart = 0): unknown {
  if (error instanceof CodedError) return recordsError('RECORDS_TLS_FAILED', `${doing}: ${error.message}`, error.hint);
  if (!(error instanceof postgres.PostgresError)) {
    const code = codeOf(error);
    if (code === undefined) return error;
    // The driver's own words for it; what the server may have said before it hung up, the driver keeps to itself.
    if (code.startsWith('CONNECTION_')) return new ReadingStopped(`${doing}: the connection was lost`, LOG);
    return networkFailure(error, doing);
  }
  const position = Number(error.position) - queryStart;
  const where = queryStart > 0 && position > 0 ? `, at character ${position} of the query` : '';
  const message = `${doing}: ${messageOf(error)} (SQLSTATE ${error.code}${where})`;
  const code = mistakes.find(([pattern]) => pattern.test(error.code))?.[1];
  if (code !== undefined) return recordsError(code, message, error.hint || undefined);
  return new ReadingStopped(
    message,
    error.code === '57014' ? 'Make the query faster, or raise the statement time-out.' : LOG,
  );
}
