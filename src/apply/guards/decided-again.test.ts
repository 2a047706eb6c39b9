import { expect, test } from 'vitest';
import type { Action } from '../../plan/action.ts';
import type { DecidedAgain } from '../images/images-run.ts';
import { decidedAgain } from './decided-again.ts';

const { signal } = new AbortController();
const action: Action = {
  ...{ n: 1, do: 'delete-image', target: { kind: 'image-object', scope: 'openshift:a', key: 'x' }, after: [] },
  ...{ expects: {}, reason: 'in-no-stream', because: '', freesBytes: 0 },
};

function decision(lookedAtMs: number, why?: string): DecidedAgain {
  const kept = why === undefined ? undefined : ({ guard: 'in-use-again', why } as const);
  return { lookedAtMs, whyKept: () => kept, digestsIn: () => new Set() };
}

function ground(answers: readonly (DecidedAgain | Error)[], first?: DecidedAgain) {
  let nowMs = 1000;
  let asked = 0;
  const deciding = decidedAgain({
    decide: async () => {
      const answer = answers[asked] ?? new Error('asked too often');
      asked += 1;
      if (answer instanceof Error) throw answer;
      return answer;
    },
    first,
    nowMs: () => nowMs,
    maxAgeMs: 100,
  });
  const forward = (ms: number) => {
    nowMs += ms;
  };
  return { deciding, asked: () => asked, forward };
}

test('what the plan was made from counts, until it is old', async () => {
  const { deciding, asked, forward } = ground([decision(1100, 'a pod uses it')], decision(1000));

  expect(await deciding.guard(action, signal)).toBeUndefined();
  expect(asked()).toBe(0);
  forward(101);
  expect(await deciding.guard(action, signal)).toEqual({
    ...{ result: 'skipped', guard: 'in-use-again', why: 'a pod uses it' },
  });
  expect(asked()).toBe(1);
});

test('after a change it is decided anew, once for all that ask', async () => {
  const { deciding, asked } = ground([decision(1001)], decision(1000));
  deciding.forget();

  await Promise.all([deciding.guard(action, signal), deciding.guard(action, signal)]);
  expect(asked()).toBe(1);
  expect(deciding.last()?.lookedAtMs).toBe(1001);
});

test('what can not be decided holds back, and is tried again only when it is old', async () => {
  const { deciding, asked, forward } = ground([new Error('no answer'), decision(1200)]);

  const held = { result: 'skipped', guard: 'evidence-stale', why: 'no answer' };
  expect(await deciding.guard(action, signal)).toEqual(held);
  expect(await deciding.guard(action, signal)).toEqual(held);
  expect(asked()).toBe(1);
  forward(101);
  expect(await deciding.guard(action, signal)).toBeUndefined();
});

test('a stop is told as such', async () => {
  const { deciding } = ground([new Error('aborted')]);

  expect(await deciding.guard(action, AbortSignal.abort())).toMatchObject({ guard: 'stopped' });
});
