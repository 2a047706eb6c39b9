import { messageOf } from '../../../util/pure/coded-error.ts';
import { ReadingStopped, recordsError } from '../errors.ts';

/** Result codes with their extended forms, by their beginning. @see https://www.sqlite.org/rescode.html */
const codes = [
  [/^SQLITE_(?:BUSY|LOCKED)/, 'busy'],
  [/^SQLITE_NOTADB/, 'not-a-database'],
  [/^SQLITE_(?:PERM|AUTH)/, 'denied'],
  [/^SQLITE_(?:ERROR|READONLY|MISMATCH|RANGE|TOOBIG)/, 'query'],
] as const;

/** What to throw for an error of the driver; anything else is a bug of ours and comes back as it is. */
export function sqliteFailure(error: unknown, path: string): unknown {
  const code = sqliteCode(error);
  if (code === undefined) return error;
  const message = `reading records from the SQLite database ${path}: ${messageOf(error)}${code === '' ? '' : ` (${code})`}`;
  switch (codes.find(([pattern]) => pattern.test(code))?.[1]) {
    case 'query':
      return recordsError('RECORDS_QUERY_INVALID', message);
    case 'not-a-database':
      return recordsError('RECORDS_FORMAT_INVALID', message, 'Check that the path is that of a SQLite database.');
    case 'denied':
      return recordsError('RECORDS_ACCESS_DENIED', message);
    case 'busy':
      return new ReadingStopped(message, 'Somebody writes to the database for long: start again later.');
    default:
      return new ReadingStopped(message, 'Check the database with: sqlite3 FILE "PRAGMA integrity_check".');
  }
}

/** The driver throws a SqliteError with a code, or (while opening) a plain error whose code is empty. */
function sqliteCode(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if ('code' in error && typeof error.code === 'string') return error.code;
  return error.message.startsWith('ConnectionFailed') ? '' : undefined;
}
