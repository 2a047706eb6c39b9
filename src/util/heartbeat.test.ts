import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { startHeartbeat } from './heartbeat.ts';

const reasonOf = (cause: unknown) => cause ?? 'taken';

test('beats every third of the ttl, until it is stopped', async () => {
  let count = 0;
  const beat = async () => {
    count += 1;
    return true;
  };
  const heartbeat = startHeartbeat({ ttlMs: 90, reasonOf, beat });

  await sleep(200);
  heartbeat.stop();
  const counted = count;
  await sleep(100);

  expect(counted).toBeGreaterThanOrEqual(3);
  expect(counted).toBeLessThanOrEqual(7);
  expect(count).toBe(counted);
  expect(heartbeat.lost.aborted).toBe(false);
});

test('is lost at once when the lease is somebody else’s', async () => {
  const startedAtMs = performance.now();
  const heartbeat = startHeartbeat({ ttlMs: 600, reasonOf, beat: async () => false });

  await lossOf(heartbeat);

  expect(heartbeat.lost.reason).toBe('taken');
  expect(performance.now() - startedAtMs).toBeLessThan(400);
});

test('survives failures that end in time', async () => {
  let count = 0;
  const beat = async () => {
    count += 1;
    if (count % 3 !== 0) throw new Error('no answer');
    return true;
  };
  const heartbeat = startHeartbeat({ ttlMs: 600, reasonOf, beat });

  await sleep(1500);

  expect(heartbeat.lost.aborted).toBe(false);
  expect(count).toBeGreaterThan(3);
  heartbeat.stop();
});

test.each([
  ['fail', () => Promise.reject(new Error('no disk')), 'no disk'],
  ['never end', () => new Promise<boolean>(() => {}), 'no answer within 100 ms'],
])('is lost before others may take over when all beats %s', async (_, beat, why) => {
  const startedAtMs = performance.now();
  const heartbeat = startHeartbeat({ ttlMs: 600, reasonOf, beat });

  await lossOf(heartbeat);

  const tookMs = performance.now() - startedAtMs;
  expect(tookMs).toBeGreaterThanOrEqual(400);
  expect(tookMs).toBeLessThan(600);
  expect(heartbeat.lost.reason).toMatchObject({ message: why });
});

test('is not lost after it was stopped', async () => {
  const heartbeat = startHeartbeat({ ttlMs: 30, reasonOf, beat: async () => false });
  heartbeat.stop();
  heartbeat.lose('late');

  await sleep(50);

  expect(heartbeat.lost.aborted).toBe(false);
});

function lossOf(heartbeat: { readonly lost: AbortSignal }): Promise<unknown> {
  return new Promise((resolve) => heartbeat.lost.addEventListener('abort', resolve, { once: true }));
}
