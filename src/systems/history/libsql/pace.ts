import { performance } from 'node:perf_hooks';
import { setImmediate as breathe } from 'node:timers/promises';

/** How many rows one synchronous step takes: few enough that pages and heartbeats get their turn in between. */
export interface Pace {
  rows(): number;
  /** Does a step, learns from how long it took, and lets others have their turn. */
  step<Value>(rows: number, work: () => Value): Promise<Value>;
}

/** Of a transaction that writes. */
const MOST_WRITTEN = 2000;
const MOST_READ = 50_000;
const FEWEST = 50;
const AIM_MS = 7;

export function writingPace(): Pace {
  return createPace(200, MOST_WRITTEN);
}

export function readingPace(): Pace {
  return createPace(4000, MOST_READ);
}

function createPace(startRows: number, mostRows: number): Pace {
  let rows = startRows;
  return {
    rows: () => rows,
    async step(done, work) {
      const beganAt = performance.now();
      const value = work();
      const tookMs = Math.max(0.1, performance.now() - beganAt);
      const fitting = (Math.max(1, done) * AIM_MS) / tookMs;
      // one slow step may be the machine's: go there by halves, and back by one and a half
      rows = Math.round(Math.min(mostRows, Math.max(FEWEST, Math.min(rows * 1.5, Math.max(rows * 0.5, fitting)))));
      await breathe();
      return value;
    },
  };
}
