import { CodedError } from '../../util/pure/coded-error.ts';
import { type ReadOnlyErrorCode, readOnlyErrors } from './errors.ts';

export function readOnlyFailure(
  code: ReadOnlyErrorCode,
  message: string,
  cause?: unknown,
): CodedError<ReadOnlyErrorCode> {
  return new CodedError(code, message, { hint: readOnlyErrors[code].hint, ...(cause === undefined ? {} : { cause }) });
}
