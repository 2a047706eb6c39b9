import { CodedError, messageOf } from '../../../util/pure/coded-error.ts';
import { type HistoryErrorCode, historyError } from '../errors.ts';

/** HISTORY_… for whatever the server, the driver or the network say; anything else is a bug of ours and stays what it is. */
export function explained(doing: string, place: string, thrown: unknown): unknown {
  if (thrown instanceof CodedError || !isOfDriver(thrown)) return thrown;
  const code = codeFor(thrown.code);
  if (code === undefined) return thrown;
  const said = messageOf(thrown) || thrown.code; // a refused connection to several addresses has no message
  return historyError(code, `${doing} in the ${place}: ${said}`, { cause: thrown });
}

/**
 * By class: a table or a column that is missing (42P01, 42703), or pages that cannot be read (XX), are damage; 22, 23 and the other 42
 * are questions that we have put wrongly. All else is for now.
 * @see https://www.postgresql.org/docs/15/errcodes-appendix.html
 */
function codeFor(state: string): HistoryErrorCode | undefined {
  if (/^(?:42P01|42703|XX)/.test(state)) return 'HISTORY_CORRUPT';
  if (state === '42501') return 'HISTORY_UNAVAILABLE';
  return /^(?:22|23|42)[0-9A-Z]{3}$/.test(state) ? undefined : 'HISTORY_UNAVAILABLE';
}

function isOfDriver(thrown: unknown): thrown is Error & { readonly code: string } {
  return thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string';
}
