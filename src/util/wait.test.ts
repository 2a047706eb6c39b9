import { describe, expect, test } from 'vitest';
import { unlessAborted, wait } from './wait.ts';

describe('waiting', () => {
  test('takes its time', async () => {
    const startMs = performance.now();
    await wait(30, new AbortController().signal);
    expect(performance.now() - startMs).toBeGreaterThanOrEqual(29);
  });

  test("ends at once with the signal's own reason", async () => {
    const stop = new AbortController();
    const waiting = wait(60_000, stop.signal);
    stop.abort(new Error('stopped by the user'));

    await expect(waiting).rejects.toThrow('stopped by the user');
    await expect(wait(60_000, stop.signal)).rejects.toThrow('stopped by the user');
  });
});

describe('waiting for something shared', () => {
  test('passes on what it becomes', async () => {
    const { signal } = new AbortController();

    expect(await unlessAborted(Promise.resolve('value'), signal)).toBe('value');
    await expect(unlessAborted(Promise.reject(new Error('failed')), signal)).rejects.toThrow('failed');
  });

  test('a stop ends the waiting of one and not of the others', async () => {
    let finish = (_: string) => {};
    const shared = new Promise<string>((resolve) => (finish = resolve));
    const stop = new AbortController();
    const stopped = unlessAborted(shared, stop.signal);
    const other = unlessAborted(shared, new AbortController().signal);

    stop.abort(new Error('stopped'));
    await expect(stopped).rejects.toThrow('stopped');
    finish('value');

    expect(await other).toBe('value');
  });

  test('does not begin after a stop, and a later failure of what was shared goes nowhere', async () => {
    const failing = Promise.reject(new Error('late failure'));

    await expect(unlessAborted(failing, AbortSignal.abort(new Error('stopped')))).rejects.toThrow('stopped');
  });
});
