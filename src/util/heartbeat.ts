import { setTimeout as sleep } from 'node:timers/promises';

/** What renews a lease, from the moment it was acquired until it is stopped or lost. */
export interface Heartbeat {
  /** Aborted once, when the lease is lost; its reason says why. Never after {@link Heartbeat.stop}. */
  readonly lost: AbortSignal;
  /** Declares it lost from outside: the connection that it hung on is gone. */
  lose(reason: unknown): void;
  stop(): void;
}

export interface HeartbeatOptions {
  /** How long others wait for a sign of life. A beat is made every third of it; after a failed one sooner. */
  readonly ttlMs: number;
  /** Renews. False: the lease is somebody else's. A throw or no answer is tried again, until two thirds of the time are over. */
  readonly beat: () => Promise<boolean>;
  /** Makes the reason of the loss. `cause` is absent where the lease is somebody else's. */
  readonly reasonOf: (cause: unknown) => unknown;
}

/** Starts renewing. Its timers don't keep the process alive. */
export function startHeartbeat(options: HeartbeatOptions): Heartbeat {
  const lost = new AbortController();
  const stopped = new AbortController();
  const lose = (reason: unknown): void => {
    if (stopped.signal.aborted) return;
    stopped.abort();
    lost.abort(reason);
  };
  void keepBeating(options, lose, stopped.signal);
  return { lost: lost.signal, lose, stop: () => stopped.abort() };
}

async function keepBeating(
  options: HeartbeatOptions,
  lose: (reason: unknown) => void,
  stopped: AbortSignal,
): Promise<void> {
  const { ttlMs, beat, reasonOf } = options;
  let renewedAtMs = performance.now();
  let waitMs = ttlMs / 3;
  while (await waited(waitMs, stopped)) {
    const startedAtMs = performance.now();
    try {
      if (!(await within(ttlMs / 6, beat()))) return lose(reasonOf(undefined));
      renewedAtMs = startedAtMs;
      waitMs = ttlMs / 3;
    } catch (failure) {
      if (performance.now() - renewedAtMs >= (ttlMs * 2) / 3) return lose(reasonOf(failure));
      waitMs = ttlMs / 12;
    }
  }
}

/** False when it was stopped meanwhile. */
async function waited(ms: number, stopped: AbortSignal): Promise<boolean> {
  try {
    await sleep(ms, undefined, { ref: false, signal: stopped });
    return true;
  } catch (failure) {
    if (stopped.aborted) return false;
    throw failure;
  }
}

async function within<Value>(ms: number, work: Promise<Value>): Promise<Value> {
  const over = new AbortController();
  const late = sleep(ms, undefined, { ref: false, signal: over.signal }).then(() => {
    throw new Error(`no answer within ${Math.round(ms)} ms`);
  });
  late.catch(() => {}); // it lost the race: cut short just below
  try {
    return await Promise.race([work, late]);
  } finally {
    over.abort();
  }
}
