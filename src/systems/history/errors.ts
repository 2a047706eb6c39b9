import { CodedError } from '../../util/pure/coded-error.ts';

/** Every code that the service's history can fail with. `docs/errors.md` is made from this table. */
export const historyErrors = {
  HISTORY_UNAVAILABLE: {
    meaning: 'The database in which the service keeps its runs cannot be reached, opened, read or written for now.',
    hint: 'Check that the database answers, or that the state directory is writable and has room. The service goes on by itself.',
  },
  HISTORY_CORRUPT: {
    meaning: 'The database in which the service keeps its runs is damaged, or holds what no Winnow has written.',
    hint: 'Restore it from a backup, or move it away: runs, plans and approvals begin anew. What `undo` needs lies in the journals.',
  },
  HISTORY_NEWER: {
    meaning: 'The database in which the service keeps its runs was made by a newer version of Winnow.',
    hint: 'Use that version or a newer one, or name another database or state directory.',
  },
  HISTORY_OVERTAKEN: {
    meaning: 'While a plan or an inventory was saved or read, somebody else saved it anew, or forgot it.',
    hint: 'Do it again.',
  },
  HISTORY_SETTINGS_INVALID: {
    meaning: 'The URL of the history’s database is none, or a file that belongs to it cannot be read.',
    hint: 'Write it as postgres://user@host:5432/database, and check the path of the password and the certificate.',
  },
} as const;

export type HistoryErrorCode = keyof typeof historyErrors;

/** A coded error of this room; without a nearer hint it carries the table's. */
export function historyError(
  code: HistoryErrorCode,
  message: string,
  options: { readonly hint?: string; readonly cause?: unknown } = {},
): CodedError<HistoryErrorCode> {
  return new CodedError(code, message, { hint: historyErrors[code].hint, ...options });
}
