import { ServiceError } from '../../errors.ts';

const WINDOW_MS = 60_000;
const MOST_WRONG = 20;
/** Addresses that are remembered; the oldest make room. */
const MOST_ADDRESSES = 10_000;

/** Counts wrong tokens by address: whoever guesses has twenty tries a minute. */
export interface Attempts {
  /** @throws TOO_MANY_ATTEMPTS */
  assertOpen(address: string, nowMs: number): void;
  /** @returns whether this was the one that closed the door */
  noteWrong(address: string, nowMs: number): boolean;
}

export function attempts(): Attempts {
  const wrong = new Map<string, { sinceMs: number; count: number }>();
  return {
    assertOpen(address, nowMs) {
      const known = wrong.get(address);
      if (known === undefined || known.count < MOST_WRONG || nowMs - known.sinceMs >= WINDOW_MS) return;
      throw new ServiceError(
        'TOO_MANY_ATTEMPTS',
        `looking at a token from ${address}: ${known.count} wrong ones came within a minute`,
      );
    },
    noteWrong(address, nowMs) {
      const known = wrong.get(address);
      if (known !== undefined && nowMs - known.sinceMs < WINDOW_MS) {
        known.count += 1;
        return known.count === MOST_WRONG;
      }
      wrong.delete(address);
      for (const oldest of wrong.keys()) {
        if (wrong.size < MOST_ADDRESSES) break;
        wrong.delete(oldest);
      }
      wrong.set(address, { sinceMs: nowMs, count: 1 });
      return false;
    },
  };
}
