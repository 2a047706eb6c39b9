import { CodedError, messageOf } from '../../util/pure/coded-error.ts';
import { type LeaseErrorCode, leaseErrors } from './errors.ts';

/** Long enough for a pause of the machine, short enough to wait for: how long a holder may be silent. */
export const DEFAULT_TTL_MS = 60_000;

export interface Holder {
  /** As it named itself. */
  readonly holder: string;
  readonly sinceMs: number | undefined;
}

/** LEASE_HELD, with who and since when. */
export function leaseHeld(
  scope: string,
  by: Holder,
  hint: string = leaseErrors.LEASE_HELD.hint,
): CodedError<LeaseErrorCode> {
  const since = by.sinceMs === undefined ? '' : ` since ${new Date(by.sinceMs).toISOString()}`;
  return new CodedError('LEASE_HELD', `acquiring the lease of ${scope}: it is held by ${by.holder}${since}`, { hint });
}

/** LEASE_LOST: the reason with which `lost` is aborted. */
export function leaseLost(scope: string, why: string, cause?: unknown): CodedError<LeaseErrorCode> {
  const said = cause === undefined ? '' : ` (${messageOf(cause)})`;
  return new CodedError('LEASE_LOST', `holding the lease of ${scope}: ${why}${said}`, {
    hint: leaseErrors.LEASE_LOST.hint,
    ...(cause === undefined ? {} : { cause }),
  });
}

/** LEASE_UNAVAILABLE: the keeper of leases itself does not work. */
export function leaseUnavailable(doing: string, cause: unknown, hint: string): CodedError<LeaseErrorCode> {
  return new CodedError('LEASE_UNAVAILABLE', `${doing}: ${messageOf(cause)}`, { hint, cause });
}
