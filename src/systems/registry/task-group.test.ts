import { describe, expect, test } from 'vitest';
import { createTaskGroup } from './task-group.ts';

const tick = () => new Promise<void>((resolve) => setTimeout(resolve, 1));

describe('a group of tasks', () => {
  test('is done when all have ended, also those that were started by others', async () => {
    const group = createTaskGroup(new AbortController().signal);
    const ended: string[] = [];
    group.start(async () => {
      await tick();
      group.start(async () => {
        await tick();
        ended.push('b');
      });
      ended.push('a');
    });
    await group.done();
    expect(ended).toEqual(['a', 'b']);
  });

  test('has room when fewer are under way', async () => {
    const group = createTaskGroup(new AbortController().signal);
    let running = 0;
    let most = 0;
    for (let n = 0; n < 10; n += 1) {
      await group.room(3);
      group.start(async () => {
        running += 1;
        most = Math.max(most, running);
        await tick();
        running -= 1;
      });
    }
    await group.done();
    expect(most).toBe(3);
  });

  test('ends the others when one fails, waits for them, and throws what failed first', async () => {
    const group = createTaskGroup(new AbortController().signal);
    let wasStopped = false;
    group.start(async () => {
      await new Promise((resolve) => group.signal.addEventListener('abort', resolve));
      await tick();
      wasStopped = true;
      throw new Error('second');
    });
    group.start(async () => {
      throw new Error('first');
    });
    await expect(group.done()).rejects.toThrow('first');
    expect(wasStopped).toBe(true);
    await expect(group.room(1)).rejects.toThrow('first');
  });

  test('is stopped from outside', () => {
    const outer = new AbortController();
    const group = createTaskGroup(outer.signal);
    outer.abort(new Error('stop'));
    expect(group.signal.reason).toEqual(new Error('stop'));
  });
});
