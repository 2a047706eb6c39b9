import { expect, test } from 'vitest';
import { createTurns } from './turns.ts';

test('work of the one kind goes side by side, work of the other by itself, in the order in which it came', async () => {
  const turns = createTurns();
  const story: string[] = [];
  const work = (name: string) => async () => {
    story.push(`${name} begins`);
    await new Promise((resolve) => setTimeout(resolve, 5));
    story.push(`${name} ends`);
  };
  await Promise.all([
    turns.together('app', work('a')),
    turns.together('app', work('b')),
    turns.alone('app', work('C')),
    turns.alone('app', work('D')),
    turns.together('app', work('e')),
    turns.together('other', work('x')),
  ]);

  const app = story.filter((line) => !line.startsWith('x'));
  expect(app.slice(0, 2)).toEqual(['a begins', 'b begins']);
  expect(app.slice(4)).toEqual(['C begins', 'C ends', 'D begins', 'D ends', 'e begins', 'e ends']);
  expect(story.indexOf('x begins')).toBeLessThan(story.indexOf('C begins'));
});

test('a failure is told to its caller alone', async () => {
  const turns = createTurns();
  const failing = turns.alone('app', () => Promise.reject(new Error('no')));
  const next = turns.together('app', () => Promise.resolve('went on'));

  await expect(failing).rejects.toThrow('no');
  expect(await next).toBe('went on');
});
