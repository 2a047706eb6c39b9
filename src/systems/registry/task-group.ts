/** Tasks that belong together: the first that fails ends them all. */
export interface TaskGroup {
  /** Aborted when one of the tasks failed, or the signal that the group was made with is. */
  readonly signal: AbortSignal;
  /** Starts a task. What it throws comes out of {@link room} and {@link done}. */
  start(task: () => Promise<void>): void;
  /** Waits until fewer than `max` are under way. @throws what a task threw */
  room(max: number): Promise<void>;
  /** Waits until all have ended, also those that are started meanwhile. @throws what the first that failed threw */
  done(): Promise<void>;
}

export function createTaskGroup(outer: AbortSignal): TaskGroup {
  const failed = new AbortController();
  const signal = AbortSignal.any([outer, failed.signal]);
  let running = 0;
  let failure: { readonly thrown: unknown } | undefined;
  let waiting: (() => void)[] = [];

  function ended(): void {
    running -= 1;
    const all = waiting;
    waiting = [];
    for (const wake of all) wake();
  }

  function noteFailure(thrown: unknown): void {
    failure ??= { thrown };
    failed.abort(thrown);
  }

  async function untilFewer(max: number): Promise<void> {
    while (running >= max) await new Promise<void>((wake) => waiting.push(wake));
    if (failure !== undefined) throw failure.thrown;
  }

  return {
    signal,
    start: (task) => {
      running += 1;
      void task().catch(noteFailure).finally(ended);
    },
    room: untilFewer,
    done: () => untilFewer(1),
  };
}
