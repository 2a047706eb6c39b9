/**
 * Since when a lease looks as it looks now, by our own clock. Clocks of machines differ, so a holder's own times say little: whoever
 * watched a lease stand still for as long as its holder may be silent knows that the holder is gone.
 */
export interface Sightings {
  /** @param look - all that changes when its holder gives a sign of life. @returns for how long it has looked like that, as far as we know */
  unchangedForMs(name: string, look: string): number;
  forget(name: string): void;
}

/** @param nowMs - a clock that never jumps */
export function createSightings(nowMs: () => number = () => performance.now()): Sightings {
  const seen = new Map<string, { readonly look: string; readonly sinceMs: number }>();
  return {
    unchangedForMs: (name, look) => {
      const before = seen.get(name);
      if (before?.look === look) return nowMs() - before.sinceMs;
      seen.set(name, { look, sinceMs: nowMs() });
      return 0;
    },
    forget: (name) => void seen.delete(name),
  };
}
