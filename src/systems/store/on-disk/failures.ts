import { CodedError } from '../../../util/pure/coded-error.ts';
import { errnoOf, failureWords } from '../../../util/pure/system-failure.ts';
import { type StoreErrorCode, storeErrors } from '../errors.ts';

const WRITE_HINTS: Readonly<Record<string, string>> = {
  ENOSPC: 'Free some space on that disk, then start again: nothing was lost.',
  EDQUOT: 'Raise the quota of that disk, then start again: nothing was lost.',
  EACCES: 'Run Winnow as the user that the registry runs as, or give its user the right to write there.',
  EPERM: 'Run Winnow as the user that the registry runs as, or give its user the right to write there.',
  EROFS: 'The file system is mounted read-only: run Winnow where it can be written.',
};

/** STORE_NOT_WRITABLE for whatever the operating system says; anything else is a bug of ours, or has its code, and stays what it is. */
export function notWritable(doing: string, path: string, thrown: unknown): unknown {
  const errno = errnoOf(thrown);
  if (errno === undefined) return thrown;
  return failure('STORE_NOT_WRITABLE', `${doing} ${path}: ${failureWords(thrown)}`, WRITE_HINTS[errno], thrown);
}

/** STORE_WALK_FAILED, in the same way. */
export function notReadable(doing: string, path: string, thrown: unknown): unknown {
  if (errnoOf(thrown) === undefined) return thrown;
  return failure('STORE_WALK_FAILED', `${doing} ${path}: ${failureWords(thrown)}`, undefined, thrown);
}

/** STORE_NOT_WRITABLE: something lies in a place where the layout has something else. It is not touched. */
export function inTheWay(path: string, what: string): CodedError<StoreErrorCode> {
  return failure(
    'STORE_NOT_WRITABLE',
    `looking at ${path} before changing something there: it is ${what}`,
    'Winnow never follows links or mounts inside a store: put what belongs there in its place, then run again.',
  );
}

export function quarantineElsewhere(path: string, quarantine: string): CodedError<StoreErrorCode> {
  return failure('STORE_QUARANTINE_ELSEWHERE', `moving ${path} to ${quarantine}: they lie on different file systems`);
}

/** STORE_QUARANTINE_ELSEWHERE: a mount below the root. */
export function elsewhere(path: string, root: string): CodedError<StoreErrorCode> {
  return failure('STORE_QUARANTINE_ELSEWHERE', `looking at ${path}: it lies on another file system than ${root}`);
}

export function ledgerDamaged(path: string, line: number): CodedError<StoreErrorCode> {
  return failure('STORE_LEDGER_DAMAGED', `reading ${path}: line ${line} is none of Winnow's, and others follow`);
}

/** STORE_NOT_WRITABLE: a name that can stand for nothing on this store, and could lead out of it. */
export function noSuchName(doing: string, name: string, what: string): CodedError<StoreErrorCode> {
  return failure(
    'STORE_NOT_WRITABLE',
    `${doing}: ${JSON.stringify(name)} is not the name of ${what} of this store`,
    'Make a new plan with this store.',
  );
}

function failure(
  code: StoreErrorCode,
  message: string,
  hint: string = storeErrors[code].hint,
  cause?: unknown,
): CodedError<StoreErrorCode> {
  return new CodedError(code, message, { hint, ...(cause === undefined ? {} : { cause }) });
}
