/** Runs at most a number of tasks at a time; the others wait their turn, first come first served. */
export interface Limit {
  /** Runs the task when its turn comes. @throws what the task throws, or the signal's reason while it waits. */
  run<T>(task: () => Promise<T>, signal: AbortSignal): Promise<T>;
  /** Tasks under way and waiting. */
  readonly active: number;
  readonly waiting: number;
}

/** @param max - tasks at a time, at least 1. */
export function createLimit(max: number): Limit {
  if (!Number.isInteger(max) || max < 1) throw new RangeError(`a limit is a whole number from 1 on, not ${max}`);
  const queue = new Set<() => void>();
  let active = 0;

  function leave(): void {
    const [next] = queue;
    if (next === undefined) active--;
    else {
      // The place goes straight to the next one, so nobody can slip in between.
      queue.delete(next);
      next();
    }
  }

  function turn(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const enter = () => {
        signal.removeEventListener('abort', giveUp);
        resolve();
      };
      const giveUp = () => {
        queue.delete(enter);
        reject(signal.reason);
      };
      queue.add(enter);
      signal.addEventListener('abort', giveUp, { once: true });
    });
  }

  return {
    get active() {
      return active;
    },
    get waiting() {
      return queue.size;
    },
    async run(task, signal) {
      signal.throwIfAborted();
      if (active < max) active++;
      else await turn(signal);
      try {
        return await task();
      } finally {
        leave();
      }
    },
  };
}
