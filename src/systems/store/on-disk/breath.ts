import { setImmediate as nextTurn } from 'node:timers/promises';

/** Lets others have their turn (heartbeats, signals) in the middle of long synchronous work. */
export interface Breath {
  /** Asked after every piece of the work; then, and only then, {@link take} is awaited. */
  isDue(): boolean;
  take(): Promise<void>;
}

const SLICE_MS = 20;

export function newBreath(): Breath {
  let sinceMs = performance.now();
  return {
    isDue: () => performance.now() - sinceMs > SLICE_MS,
    async take() {
      await nextTurn();
      sinceMs = performance.now();
    },
  };
}
