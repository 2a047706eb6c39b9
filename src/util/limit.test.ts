import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { createLimit } from './limit.ts';

const never = new AbortController().signal;

describe('a limit', () => {
  test('runs no more tasks at a time than it allows, and all of them in the end', async () => {
    const limit = createLimit(3);
    let running = 0;
    let most = 0;
    const task = async (n: number) => {
      running += 1;
      most = Math.max(most, running);
      await sleep(1);
      running -= 1;
      return n;
    };

    const results = await Promise.all(Array.from({ length: 20 }, (_, n) => limit.run(() => task(n), never)));

    expect(most).toBe(3);
    expect(results).toEqual(Array.from({ length: 20 }, (_, n) => n));
    expect([limit.active, limit.waiting]).toEqual([0, 0]);
  });

  test('lets those in first that came first, also before one that comes just as a place is free', async () => {
    const limit = createLimit(1);
    const order: string[] = [];
    const first = limit.run(async () => void order.push('first'), never);
    const second = limit.run(async () => void order.push('second'), never);
    const late = first.then(() => limit.run(async () => void order.push('late'), never));

    await Promise.all([second, late]);

    expect(order).toEqual(['first', 'second', 'late']);
  });

  test('gives the place free when a task fails', async () => {
    const limit = createLimit(1);

    await expect(limit.run(() => Promise.reject(new Error('failed')), never)).rejects.toThrow('failed');
    await expect(
      limit.run(() => {
        throw new Error('failed at once');
      }, never),
    ).rejects.toThrow('failed at once');

    expect(await limit.run(async () => 'next', never)).toBe('next');
  });

  test('ends the waiting, and only that, with a stop', async () => {
    const limit = createLimit(1);
    const stop = new AbortController();
    let finish = () => {};
    const running = limit.run(() => new Promise<void>((resolve) => (finish = resolve)), stop.signal);
    let started = false;
    const waiting = limit.run(async () => {
      started = true;
    }, stop.signal);
    const other = limit.run(async () => 'other', never);

    stop.abort(new Error('stopped'));
    await expect(waiting).rejects.toThrow('stopped');
    finish();
    await running;

    expect(started).toBe(false);
    expect(await other).toBe('other');
    expect([limit.active, limit.waiting]).toEqual([0, 0]);
  });

  test('starts nothing after a stop', async () => {
    await expect(createLimit(1).run(async () => 'x', AbortSignal.abort(new Error('stopped')))).rejects.toThrow(
      'stopped',
    );
  });

  test('takes many waiting tasks with one signal, fast and without a warning', async () => {
    const warnings: Error[] = [];
    const onWarning = (warning: Error) => warnings.push(warning);
    process.on('warning', onWarning);
    const limit = createLimit(8);

    const startMs = performance.now();
    const { signal } = new AbortController();

    await Promise.all(Array.from({ length: 20_000 }, () => limit.run(async () => {}, signal)));
    await sleep(1);
    process.off('warning', onWarning);

    expect(warnings).toEqual([]);
    expect(performance.now() - startMs).toBeLessThan(3000);
  });

  test.each([0, -1, 1.5, Number.NaN])('of %d is a mistake', (max) => {
    expect(() => createLimit(max)).toThrow(RangeError);
  });
});
