import { setTimeout as after } from 'node:timers/promises';

/** Waits. @throws the signal's reason, at once, when it is aborted meanwhile or already. */
export async function wait(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await after(ms, undefined, { signal });
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  }
}

/**
 * What `promise` resolves to, unless the signal is aborted before: then only this waiting ends, and what it waited for
 * goes on for others. @throws the signal's reason.
 */
export async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  if (signal.aborted) {
    // Whatever becomes of it, nobody here asks any more.
    promise.catch(() => {});
    throw signal.reason;
  }
  let stop = (): void => {};
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
