import { CodedError } from '../../util/pure/coded-error.ts';
import { type IntegratedRegistryErrorCode, integratedRegistryErrors } from './errors.ts';

/** @param message - what was being done, to what, and what came back */
export function integratedRegistryFailure(
  code: IntegratedRegistryErrorCode,
  message: string,
  more: { readonly hint?: string; readonly cause?: unknown } = {},
): CodedError<IntegratedRegistryErrorCode> {
  const hint = more.hint ?? integratedRegistryErrors[code].hint;
  return new CodedError(code, message, { hint, ...(more.cause === undefined ? {} : { cause: more.cause }) });
}
