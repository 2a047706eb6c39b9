/** A fixed number of places for work under way. */
export interface Slots {
  /** Resolves when a place is free, and takes it. First come, first served. */
  take(): Promise<void>;
  give(): void;
  /** Resolves when no place is taken. */
  idle(): Promise<void>;
}

export function slots(count: number): Slots {
  let taken = 0;
  const waiting: (() => void)[] = [];
  const resting: (() => void)[] = [];
  return {
    take: () =>
      new Promise((resolve) => {
        if (taken < count) {
          taken += 1;
          resolve();
        } else waiting.push(resolve);
      }),
    give: () => {
      const next = waiting.shift();
      if (next !== undefined) return next();
      taken -= 1;
      if (taken === 0) for (const resolve of resting.splice(0)) resolve();
    },
    idle: () => (taken === 0 ? Promise.resolve() : new Promise((resolve) => resting.push(resolve))),
  };
}
