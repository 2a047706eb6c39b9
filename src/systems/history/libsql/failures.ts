import { CodedError } from '../../../util/pure/coded-error.ts';
import { failureWords } from '../../../util/pure/system-failure.ts';
import { type HistoryErrorCode, historyError } from '../errors.ts';

/**
 * Gives what the database or the operating system said a code; anything else is a bug of ours and stays what it is.
 * @see https://www.sqlite.org/rescode.html
 */
export function explained(doing: string, place: string, thrown: unknown): unknown {
  const code = thrown instanceof CodedError ? undefined : codeOf(thrown);
  return code === undefined
    ? thrown
    : historyError(code, `${doing} in the ${place}: ${failureWords(thrown)}`, { cause: thrown });
}

function codeOf(thrown: unknown): HistoryErrorCode | undefined {
  if (!(thrown instanceof Error)) return undefined;
  // the driver names no code when the file cannot be opened at all, or was closed
  if (thrown.message.startsWith('ConnectionFailed(')) return 'HISTORY_UNAVAILABLE';
  if (thrown instanceof TypeError && thrown.message.includes('database connection is not open'))
    return 'HISTORY_UNAVAILABLE';
  if ('errno' in thrown) return 'HISTORY_UNAVAILABLE';
  const code = 'code' in thrown ? String(thrown.code) : '';
  if (/^SQLITE_(CORRUPT|NOTADB)/.test(code)) return 'HISTORY_CORRUPT';
  return /^SQLITE_(BUSY|LOCKED|CANTOPEN|READONLY|FULL|IOERR|PERM|AUTH|NOLFS|PROTOCOL)/.test(code)
    ? 'HISTORY_UNAVAILABLE'
    : undefined;
}
