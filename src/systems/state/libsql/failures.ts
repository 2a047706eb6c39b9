import { CodedError } from '../../../util/pure/coded-error.ts';
import { failureWords } from '../../../util/pure/system-failure.ts';
import { type StateErrorCode, stateErrors } from '../errors.ts';

/**
 * Gives what the database or the operating system said a code; anything else is a bug of ours and stays what it is.
 * @see https://www.sqlite.org/rescode.html
 */
export function explained(doing: string, path: string, thrown: unknown): unknown {
  const code = thrown instanceof CodedError ? undefined : codeOf(thrown);
  return code === undefined ? thrown : stateFailure(code, `${doing} ${path}: ${failureWords(thrown)}`, thrown);
}

export function stateFailure(code: StateErrorCode, message: string, cause?: unknown): CodedError<StateErrorCode> {
  return new CodedError(code, message, { hint: stateErrors[code].hint, ...(cause === undefined ? {} : { cause }) });
}

function codeOf(thrown: unknown): StateErrorCode | undefined {
  if (!(thrown instanceof Error)) return undefined;
  // the driver names no code when the file cannot be opened at all
  if (thrown.message.startsWith('ConnectionFailed(')) return 'STATE_UNAVAILABLE';
  if ('errno' in thrown) return 'STATE_UNAVAILABLE';
  const code = 'code' in thrown ? String(thrown.code) : '';
  if (/^SQLITE_(CORRUPT|NOTADB)/.test(code)) return 'STATE_DAMAGED';
  if (/^SQLITE_(BUSY|LOCKED)/.test(code)) return 'STATE_BUSY';
  return /^SQLITE_(CANTOPEN|READONLY|FULL|IOERR|PERM|AUTH|NOLFS|PROTOCOL)/.test(code) ? 'STATE_UNAVAILABLE' : undefined;
}
