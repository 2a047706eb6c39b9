import type { Guard } from '../doer.ts';
import { tooEarly } from '../store/store-outcome.ts';

/**
 * Holds back what is younger than its plan asks for. A plan from a file was made by some machine's clock; this is the storage's own.
 *
 * @param storeNowMs - the storage's time, UTC milliseconds
 */
export function oldEnough(storeNowMs: () => number): Guard {
  return async ({ expects: { notNewerThanMs, minAgeMs } }) => {
    if (notNewerThanMs === undefined || minAgeMs === undefined) return undefined;
    const ageMs = storeNowMs() - notNewerThanMs;
    return ageMs < minAgeMs ? tooEarly('it was written', ageMs, minAgeMs) : undefined;
  };
}
