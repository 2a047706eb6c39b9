import { CodedError } from '../../../util/pure/coded-error.ts';
import { failureWords } from '../../../util/pure/system-failure.ts';
import { type JournalErrorCode, journalErrors } from '../errors.ts';

/** The operating system's name of what went wrong (`ENOSPC`). Undefined for anything that did not come from it. */
export function errnoOf(thrown: unknown): string | undefined {
  if (!(thrown instanceof Error) || !('errno' in thrown) || !('code' in thrown)) return undefined;
  return typeof thrown.code === 'string' ? thrown.code : undefined;
}

const WRITE_HINTS: Readonly<Record<string, string>> = {
  ENOSPC: 'Free some space on the disk of the state directory, then start again: the run goes on where it stopped.',
  EDQUOT: 'Raise the quota of the state directory, then start again: the run goes on where it stopped.',
  EACCES: 'Give the user that Winnow runs as the right to write there, or name another state directory.',
  EPERM: 'Give the user that Winnow runs as the right to write there, or name another state directory.',
  EROFS: 'The file system is read-only: name a state directory on another one.',
};

/** JOURNAL_NOT_WRITABLE for whatever the operating system says; anything else is a bug of ours and stays what it is. */
export function notWritable(doing: string, path: string, thrown: unknown): unknown {
  return explain('JOURNAL_NOT_WRITABLE', doing, path, thrown);
}

/** JOURNAL_NOT_READABLE, in the same way. */
export function notReadable(doing: string, path: string, thrown: unknown): unknown {
  return explain('JOURNAL_NOT_READABLE', doing, path, thrown);
}

function explain(code: JournalErrorCode, doing: string, path: string, thrown: unknown): unknown {
  const errno = errnoOf(thrown);
  if (errno === undefined) return thrown;
  const hint = (code === 'JOURNAL_NOT_WRITABLE' ? WRITE_HINTS[errno] : undefined) ?? journalErrors[code].hint;
  return new CodedError<JournalErrorCode>(code, `${doing} ${path}: ${failureWords(thrown)}`, { hint, cause: thrown });
}
