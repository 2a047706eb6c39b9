import { CodedError, messageOf } from '../../util/pure/coded-error.ts';
import { failureWords } from '../../util/pure/system-failure.ts';

/** Every code that a place of snapshots can fail with. `docs/errors.md` is made from this table. */
export const snapshotPlaceErrors = {
  SNAPSHOT_PLACE_INVALID: {
    meaning: 'The place of a snapshot is written in a way that makes no sense.',
    hint: 'write a file’s path, oci://HOST/REPOSITORY:TAG, or s3://BUCKET/KEY?endpoint=URL&region=NAME',
  },
  SNAPSHOT_UNREADABLE: {
    meaning:
      'The place of a snapshot could not be read: the file, the registry or the bucket refuses, or does not answer.',
    hint: 'see that the place is right, and that this user or these credentials may read it',
  },
  SNAPSHOT_UNWRITABLE: {
    meaning: 'A snapshot could not be written. What was there before is there still.',
    hint: 'see that the place is right, and that this user or these credentials may write to it',
  },
} as const;

export type SnapshotPlaceErrorCode = keyof typeof snapshotPlaceErrors;

/** @param message - what was being done, to what, and what came back. */
export function placeError(
  code: SnapshotPlaceErrorCode,
  message: string,
  cause?: unknown,
): CodedError<SnapshotPlaceErrorCode> {
  return new CodedError(code, message, { hint: snapshotPlaceErrors[code].hint, cause });
}

/**
 * Runs what may fail, and says of a failure that this place can't be read or written. What was stopped stays what it was.
 *
 * @param doing - `reading the snapshot /srv/prod-eu.ndjson`
 */
export async function asPlaceError<T>(
  code: SnapshotPlaceErrorCode,
  doing: string,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  try {
    return await work();
  } catch (failure) {
    throw placeFailure(code, doing, signal, failure);
  }
}

/** The same for one failure. */
export function placeFailure(
  code: SnapshotPlaceErrorCode,
  doing: string,
  signal: AbortSignal,
  failure: unknown,
): unknown {
  if (signal.aborted) return signal.reason;
  if (failure instanceof CodedError && failure.code.startsWith('SNAPSHOT_')) return failure;
  const words = failure instanceof CodedError ? messageOf(failure) : failureWords(failure);
  const hint = failure instanceof CodedError ? failure.hint : undefined;
  return new CodedError(code, `${doing}: ${words}`, { hint: hint ?? snapshotPlaceErrors[code].hint, cause: failure });
}
