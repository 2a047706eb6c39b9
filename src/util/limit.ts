/** Runs at most a number of tasks at a time; the others wait their turn, first come first served. */
export interface Limit {
  /** Runs the task when its turn comes. @throws what the task throws, or the signal's reason while it waits. */
  run<T>(task: () => Promise<T>, signal: AbortSignal): Promise<T>;
  /** Tasks under way. */
  readonly active: number;
  /** Tasks that wait for their turn. */
  readonly waiting: number;
}

/** @param max - tasks at a time, at least 1. */
export function createLimit(max: number): Limit {
  if (!Number.isInteger(max) || max < 1) throw new RangeError(`a limit is a whole number from 1 on, not ${max}`);
  const queue = createQueue();
  let active = 0;

  return {
    get active() {
      return active;
    },
    get waiting() {
      return queue.size();
    },
    async run(task, signal) {
      signal.throwIfAborted();
      if (active < max) active++;
      else await queue.turn(signal);
      try {
        return await task();
      } finally {
        // The place goes straight to the next one, so nobody can slip in between.
        if (!queue.admitNext()) active--;
      }
    },
  };
}

interface Waiter {
  readonly signal: AbortSignal;
  readonly enter: () => void;
  readonly giveUp: (reason: unknown) => void;
  isGone: boolean;
}

/** Below this, what was admitted stays at the front of the array. */
const COMPACT_AT = 1024;

/**
 * One listener per signal, not per waiter: a signal's listeners are a linked list that is searched for each addition and
 * removal, which takes half a minute for twenty thousand waiters.
 */
function createQueue() {
  let waiters: Waiter[] = [];
  let head = 0;
  let size = 0;
  const signals = new Map<AbortSignal, { count: number; readonly onAbort: () => void }>();

  function watch(signal: AbortSignal): void {
    const watched = signals.get(signal);
    if (watched !== undefined) {
      watched.count++;
      return;
    }
    const onAbort = () => {
      for (const waiter of waiters.slice(head))
        if (waiter.signal === signal && leave(waiter)) waiter.giveUp(signal.reason);
    };
    signals.set(signal, { count: 1, onAbort });
    signal.addEventListener('abort', onAbort);
  }

  /** @returns false when it had left before. */
  function leave(waiter: Waiter): boolean {
    if (waiter.isGone) return false;
    waiter.isGone = true;
    size--;
    const watched = signals.get(waiter.signal);
    if (watched !== undefined && --watched.count === 0) {
      signals.delete(waiter.signal);
      waiter.signal.removeEventListener('abort', watched.onAbort);
    }
    return true;
  }

  return {
    size: () => size,
    turn: (signal: AbortSignal) =>
      new Promise<void>((enter, giveUp) => {
        waiters.push({ signal, enter, giveUp, isGone: false });
        size++;
        watch(signal);
      }),
    admitNext(): boolean {
      for (;;) {
        const next = waiters[head];
        if (next === undefined) return false;
        head++;
        if (head >= COMPACT_AT && head * 2 >= waiters.length) {
          waiters = waiters.slice(head);
          head = 0;
        }
        if (leave(next)) {
          next.enter();
          return true;
        }
      }
    },
  };
}
