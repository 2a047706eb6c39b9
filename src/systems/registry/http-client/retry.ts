import { wait } from '../../../util/wait.ts';
import { RegistryError } from './registry-error.ts';

export interface RetryPolicy {
  /** Attempts in all, the first one included. */
  readonly attempts: number;
  /** No further attempt starts later than this after the first. */
  readonly totalMs: number;
  /** From 0 up to 1: spreads the attempts of many clients. */
  readonly random: () => number;
  /** UTC milliseconds since 1970. */
  readonly now: () => number;
}

const BASE_MS = 250;
const MAX_BACK_OFF_MS = 10_000;
/** A server that asks for more than this gets no more than this. */
export const MAX_RETRY_AFTER_MS = 60_000;

/**
 * Makes attempts until one succeeds, one fails for good, or there were enough of them. Between attempts it waits: twice as
 * long each time, spread by chance, and at least as long as the server asked for.
 *
 * @param options.mayRepeat - false for a request that may have had its effect although its answer was lost.
 * @throws the last attempt's error; the signal's reason, at once, in mid-wait too.
 */
export async function withRetries<T>(
  attempt: () => Promise<T>,
  policy: RetryPolicy,
  options: { readonly mayRepeat: boolean; readonly onRetry?: () => void },
  signal: AbortSignal,
): Promise<T> {
  const lastStartMs = policy.now() + policy.totalMs;
  for (let made = 1; ; made++) {
    signal.throwIfAborted();
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof RegistryError) || !error.temporary || !options.mayRepeat) throw error;
      const delayMs = backOffMs(made, policy.random(), error.retryAfterMs);
      if (made >= policy.attempts || policy.now() + delayMs > lastStartMs) throw afterAttempts(error, made);
      options.onRetry?.();
      await wait(delayMs, signal);
    }
  }
}

/** How long to wait after the `made`-th attempt. */
export function backOffMs(made: number, random: number, retryAfterMs: number | undefined): number {
  const fullMs = Math.min(BASE_MS * 2 ** (made - 1), MAX_BACK_OFF_MS);
  const spreadMs = Math.round(fullMs * (0.5 + random / 2));
  // Everyone was told the same moment: the spread keeps them from coming back all at once.
  return retryAfterMs === undefined ? spreadMs : Math.min(retryAfterMs, MAX_RETRY_AFTER_MS) + Math.round(spreadMs / 4);
}

/**
 * Reads `Retry-After`: seconds, or an HTTP date.
 *
 * @returns milliseconds from now, at least 0; `undefined` when there is none or it cannot be read.
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3
 */
export function parseRetryAfter(header: string | undefined, nowMs: number): number | undefined {
  if (header === undefined) return undefined;
  const text = header.trim();
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000;
  // Dates begin with the name of a day; Date.parse takes much else, like negative numbers, for a year.
  const atMs = /^[A-Za-z]{3}/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(atMs) ? undefined : Math.max(0, atMs - nowMs);
}

function afterAttempts(error: RegistryError, made: number): RegistryError {
  if (made < 2) return error;
  return new RegistryError(error.code, `${error.message} (tried ${made} times)`, {
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    ...(error.status === undefined ? {} : { status: error.status }),
    ...(error.retryAfterMs === undefined ? {} : { retryAfterMs: error.retryAfterMs }),
    ...(error.request === undefined ? {} : { request: error.request }),
    specCodes: error.specCodes,
    temporary: error.temporary,
    cause: error.cause,
  });
}
