import { describe, expect, test } from 'vitest';
import type { PushTimes } from '../../evidence/push-times.ts';
import type { Digest } from '../../oci/digest.ts';
import type { Action } from '../../plan/action.ts';
import { type PushesNow, pushesAgree } from './pushes-agree.ts';

const HOST = 'registry.example:5000';
const PLANNED_MS = 1000;
const [A, B] = ['a', 'b'].map((letter) => `sha256:${letter.repeat(64)}` as Digest) as [Digest, Digest];
const never = new AbortController().signal;

const tag = (key: string, digest = A): Action => ({
  ...{ n: 1, do: 'delete-tag', by: 'tag', after: [], reason: 'deleted-by-policy', because: 'a test', freesBytes: 0 },
  target: { kind: 'tag', scope: `${HOST}/team/app`, key },
  expects: { digest },
});
const manifest = (key: Digest): Action => ({
  ...tag(''),
  do: 'delete-manifest',
  target: { kind: 'manifest', scope: `${HOST}/team/app`, key },
  expects: { untagged: true },
});

/** Pushes by name, as `team/app:v1` or `team/app@sha256:…`. */
function told(pushes: Readonly<Record<string, number>>, hole?: string): PushesNow {
  const push = (name: string) => {
    const atMs = pushes[name];
    return atMs === undefined ? undefined : { atMs, through: 'docker/24.0.7' };
  };
  const times: PushTimes = {
    ofTag: (repository, name) => push(`${repository}:${name}`),
    ofManifest: (repository, digest) => push(`${repository}@${digest}`),
  };
  return { pushes: times, hole };
}

function guardOf(read: () => PushesNow) {
  let reads = 0;
  let nowMs = 0;
  const { guard } = pushesAgree({
    read: async () => {
      reads += 1;
      return read();
    },
    ...{ sinceMs: PLANNED_MS, heldSinceMs: PLANNED_MS - 100, nowMs: () => nowMs, maxAgeMs: 5000 },
  });
  return {
    word: (action: Action, signal = never) => guard(action, signal),
    reads: () => reads,
    forward: (ms: number) => {
      nowMs += ms;
    },
  };
}

describe('what was pushed since the plan was made', () => {
  test('stays, under its name and by its digest, whatever name it was pushed by', async () => {
    const { word } = guardOf(() => told({ 'team/app:v1': 1000, [`team/app@${A}`]: 1000 }));

    expect(await word(tag('v1'))).toEqual({
      ...{ result: 'skipped', guard: 'pushed-since' },
      why: 'pushed since, 1970-01-01T00:00:01.000Z, through docker/24.0.7',
    });
    expect(await word(tag('other-name-of-it'))).toMatchObject({ guard: 'pushed-since' });
    expect(await word(tag('v1', B))).toMatchObject({ guard: 'pushed-since' });
    expect(await word(manifest(A))).toMatchObject({ guard: 'pushed-since' });
  });

  test('is nothing else: no earlier push, no other image, no other repository', async () => {
    const { word } = guardOf(() => told({ 'team/app:v1': 899, 'team/web:v1': 2000, [`team/web@${A}`]: 2000 }));

    expect(await word(tag('v1'))).toBeUndefined();
    expect(await word(manifest(A))).toBeUndefined();
    expect(await word(manifest(B))).toBeUndefined();
  });

  test('counts from the lease on where it was told too late for the plan, which would have held it; and only that', async () => {
    const { word } = guardOf(() => told({ 'team/app:v1': 900, [`team/app@${A}`]: 900 }));

    expect(await word(tag('v1'))).toMatchObject({ guard: 'pushed-since' });
    expect(await word(manifest(A))).toMatchObject({ guard: 'pushed-since' });
    expect(await word(tag('other-name-of-it'))).toBeUndefined();
  });

  test('is looked at again while the plan is applied', async () => {
    let pushes: Readonly<Record<string, number>> = {};
    const { word, forward, reads } = guardOf(() => told(pushes));
    expect(await word(tag('v1'))).toBeUndefined();
    pushes = { 'team/app:v1': 2000 };
    expect(await word(tag('v1'))).toBeUndefined();
    expect(reads()).toBe(1);
    forward(5001);

    expect(await word(tag('v1'))).toMatchObject({ guard: 'pushed-since' });
  });

  test('can not be told where something is hidden or can not be read: all stays', async () => {
    const hidden = guardOf(() => told({}, 'line 2: it is no notification'));
    const unreadable = guardOf(() => {
      throw new Error('EACCES');
    });

    expect(await hidden.word(manifest(B))).toMatchObject({
      guard: 'evidence-stale',
      why: expect.stringContaining('line 2'),
    });
    expect(await unreadable.word(manifest(B))).toMatchObject({ guard: 'evidence-stale', why: 'EACCES' });
    expect(await unreadable.word(manifest(B), AbortSignal.abort())).toMatchObject({ guard: 'stopped' });
  });
});
