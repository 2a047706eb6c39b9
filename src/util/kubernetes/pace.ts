import { wait } from '../wait.ts';

/** Keeps requests from coming too fast. */
export interface Pace {
  /** Resolves when the next one may go. @throws the signal's reason */
  turn(signal: AbortSignal): Promise<void>;
}

/**
 * So many a second on the average, with a burst of as many again after a rest.
 *
 * @param perSecond - more than 0
 * @param nowMs - a clock that never goes back
 */
export function createPace(perSecond: number, nowMs: () => number = () => performance.now()): Pace {
  const everyMs = 1000 / perSecond;
  /** When the last one went, or would have gone at an even pace. */
  let lastMs = Number.NEGATIVE_INFINITY;
  return {
    async turn(signal) {
      signal.throwIfAborted();
      const now = nowMs();
      lastMs = Math.max(lastMs + everyMs, now - 1000);
      const waitMs = lastMs - now;
      if (waitMs >= 1) await wait(waitMs, signal);
    },
  };
}
