/** Lets some work on a thing go side by side, and other work only by itself. */
export interface Turns {
  /** Beside all other work of this kind, once what wants to be alone and came before has ended. */
  together<T>(key: string, work: () => Promise<T>): Promise<T>;
  /** When all that came before has ended; what comes after waits. */
  alone<T>(key: string, work: () => Promise<T>): Promise<T>;
}

interface Queue {
  /** Ends when the last work that wanted to be alone has ended. */
  alone: Promise<unknown>;
  /** Under way, or waiting for {@link Queue.alone}. */
  together: Promise<unknown>[];
}

/** Turns for each key, first come first served. */
export function createTurns(): Turns {
  const queues = new Map<string, Queue>();
  const queueOf = (key: string): Queue => {
    const queue = queues.get(key) ?? { alone: Promise.resolve(), together: [] };
    queues.set(key, queue);
    return queue;
  };
  return {
    together: (key, work) => {
      const queue = queueOf(key);
      const run = queue.alone.then(work);
      const end = settled(run).then(() => {
        queue.together = queue.together.filter((one) => one !== end);
      });
      queue.together.push(end);
      return run;
    },
    alone: (key, work) => {
      const queue = queueOf(key);
      const run = Promise.all([queue.alone, ...queue.together]).then(work);
      queue.alone = settled(run);
      return run;
    },
  };
}

function settled(run: Promise<unknown>): Promise<void> {
  return run.then(
    () => undefined,
    () => undefined, // whoever asked for the work hears of its failure
  );
}
