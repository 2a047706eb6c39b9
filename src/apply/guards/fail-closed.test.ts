import { expect, test } from 'vitest';
import type { Action } from '../../plan/action.ts';
import { failClosed } from './fail-closed.ts';

const { signal } = new AbortController();
const action: Action = {
  ...{ n: 1, do: 'delete-tag', target: { kind: 'tag', scope: 'registry.example/app', key: 'v1' }, after: [] },
  ...{ expects: {}, reason: 'retired', because: '', freesBytes: 0 },
};
const thrower = (thrown: unknown) =>
  failClosed(async () => {
    throw thrown;
  });

test('what a guard answers stands, and it is asked about the action with the signal of the run', async () => {
  const held = { result: 'skipped', guard: 'in-use-again', why: 'a pod uses it' } as const;
  const asked: unknown[] = [];
  const guard = failClosed(async (...question) => {
    asked.push(question);
    return held;
  });

  expect(await guard(action, signal)).toBe(held);
  expect(asked).toEqual([[action, signal]]);
  expect(await failClosed(async () => undefined)(action, signal)).toBeUndefined();
});

test.each<[string, unknown]>([
  ['an error', new Error('listing pods: \n forbidden')],
  ['anything else', 'listing pods: forbidden'],
])('%s that a guard throws holds the action back, and is told on one line', async (_, thrown) => {
  expect(await thrower(thrown)(action, signal)).toEqual({
    ...{ result: 'skipped', guard: 'evidence-stale', why: 'listing pods: forbidden' },
  });
});

test('what a guard throws once the run was stopped is told as the stop, whatever it says', async () => {
  expect(await thrower(new Error('forbidden'))(action, AbortSignal.abort())).toEqual({
    ...{ result: 'skipped', guard: 'stopped', why: 'the run was stopped' },
  });
});
