import { CodedError } from '../../../util/pure/coded-error.ts';
import {
  s3FailureWords as failureWords,
  isMissingObject as isMissing,
  s3Status as statusOf,
} from '../../../util/s3-client.ts';
import { type StoreErrorCode, storeErrors } from '../errors.ts';

export { failureWords, isMissing, statusOf };

/** The server knows no such request. */
export function isNotImplemented(thrown: unknown): boolean {
  return statusOf(thrown) === 501 || statusOf(thrown) === 405;
}

/** STORE_WALK_FAILED, unless it has a code already or was asked for by `signal`. */
export function walkFailed(doing: string, cause: unknown, signal?: AbortSignal): unknown {
  signal?.throwIfAborted();
  if (cause instanceof CodedError) return cause;
  return failure('STORE_WALK_FAILED', `${doing}: ${failureWords(cause)}`, HINTS[statusOf(cause) ?? 0], cause);
}

/** STORE_WALK_FAILED: the listing itself makes no sense. */
export function listingWrong(what: string, how: string): CodedError<StoreErrorCode> {
  return failure(
    'STORE_WALK_FAILED',
    `listing ${what}: ${how}`,
    'Nothing that hangs on such a listing can be known for sure. Look at the storage service, then run again.',
  );
}

/** STORE_NOT_WRITABLE, unless it has a code already. */
export function notWritable(doing: string, cause: unknown): unknown {
  if (cause instanceof CodedError) return cause;
  const hint = statusOf(cause) === 403 ? 'Grant the permission: docs/stores/s3.md has the list.' : undefined;
  return failure('STORE_NOT_WRITABLE', `${doing}: ${failureWords(cause)}`, hint, cause);
}

export function failure(
  code: StoreErrorCode,
  message: string,
  hint: string = storeErrors[code].hint,
  cause?: unknown,
): CodedError<StoreErrorCode> {
  return new CodedError(code, message, { hint, ...(cause === undefined ? {} : { cause }) });
}

const HINTS: Readonly<Record<number, string>> = {
  301: 'The bucket lies in another region: name it in the address, as ?region=….',
  401: 'Check the credentials: they are read from where the AWS tools look for them.',
  403: 'Check the credentials, and that they may list the bucket and read objects: docs/stores/s3.md has the list.',
};
