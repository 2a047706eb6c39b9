import { expect, test } from 'vitest';
import type { Action } from '../../plan/action.ts';
import { repullableNow } from './repullable-now.ts';

const never = new AbortController().signal;
const [HERE, GONE] = ['r.example/here@sha256:1', 'r.example/gone@sha256:1'];

const image = (names: readonly string[], expects: Action['expects'] = { repullable: true }): Action => ({
  ...{ n: 1, do: 'remove-image', after: [], reason: 'unused', because: 'a test', freesBytes: 0, expects, names },
  target: { kind: 'node-image', scope: 'cri:///c.sock', key: 'sha256:1' },
});

const asked: string[] = [];
const guard = repullableNow(async (name) => {
  asked.push(name);
  return { has: name === HERE, why: 'r.example does not have it any more' };
});

test('an image that a registry has still may go', async () => {
  expect(await guard(image(['r.example/here:v1', HERE]), never)).toBeUndefined();
});

test('one of its names is enough', async () => {
  expect(await guard(image([GONE, HERE]), never)).toBeUndefined();
});

test('an image that no registry has any more stays, with the reason', async () => {
  expect(await guard(image([GONE]), never)).toEqual({
    result: 'skipped',
    guard: 'not-repullable',
    why: `${GONE}: r.example does not have it any more`,
  });
});

test('an image without a digest stays', async () => {
  expect(await guard(image(['r.example/here:v1']), never)).toMatchObject({
    guard: 'not-repullable',
    why: 'it has no name with a digest by which it could be pulled again',
  });
});

test('where the plan does not ask for it, no registry is asked', async () => {
  asked.length = 0;

  expect(await guard(image([GONE], {}), never)).toBeUndefined();
  expect(asked).toEqual([]);
});

test('a run that is stopped meanwhile skips the image', async () => {
  const stop = new AbortController();
  const slow = repullableNow(async (_, signal) => {
    stop.abort();
    signal.throwIfAborted();
    throw new Error('unreached');
  });

  expect(await slow(image([GONE]), stop.signal)).toMatchObject({ result: 'skipped', guard: 'stopped' });
});
