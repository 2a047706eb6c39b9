import { expect, test } from 'vitest';
import { createPace } from './pace.ts';

const { signal } = new AbortController();

test('the first second’s worth goes at once, and then one at a time', async () => {
  let now = 0;
  const pace = createPace(100, () => now);
  for (let n = 0; n <= 100; n += 1) await pace.turn(signal);

  const startMs = performance.now();
  await pace.turn(signal);
  await pace.turn(signal);
  // By the stepped clock no time has passed: the second of them waits for two places.
  expect(performance.now() - startMs).toBeGreaterThanOrEqual(25);

  now = 60_000;
  const laterMs = performance.now();
  for (let n = 0; n < 100; n += 1) await pace.turn(signal);
  expect(performance.now() - laterMs).toBeLessThan(1000);
});

test('a stop ends the wait', async () => {
  const stop = new AbortController();
  const pace = createPace(0.001, () => 0);
  await pace.turn(stop.signal);
  setTimeout(() => stop.abort(new Error('stopped')), 10);

  await expect(pace.turn(stop.signal)).rejects.toThrow('stopped');
});
