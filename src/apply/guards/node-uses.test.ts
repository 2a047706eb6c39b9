import { describe, expect, test } from 'vitest';
import { collectEvidence } from '../../evidence/evidence.ts';
import type { Action } from '../../plan/action.ts';
import { nodeUsesAgree, nodeUsesNow } from './node-uses.ts';

const DIGEST = `sha256:${'a'.repeat(64)}`;
const ID = `sha256:${'b'.repeat(64)}`;
const NAMES = ['registry.example/team/app:v1', `registry.example/team/app@${DIGEST}`];
const SINCE_MS = 1000;
const never = new AbortController().signal;

const image = (names: readonly string[] = NAMES): Action => ({
  ...{ n: 1, do: 'remove-image', after: [], reason: 'unused', because: 'a test', freesBytes: 0, expects: {}, names },
  target: { kind: 'node-image', scope: 'cri:///c.sock', key: ID },
});
const container: Action = { ...image(), do: 'remove-container' };

interface Given {
  readonly references?: readonly string[];
  /** The pod has ended, and was made then. */
  readonly endedAtMs?: number;
  readonly gapIn?: string;
  readonly fails?: boolean;
}

function guardOf({ references = [], endedAtMs, gapIn, fails = false }: Given) {
  let asked = 0;
  let nowMs = 0;
  const { guard, ask } = nodeUsesAgree({
    read: async () => {
      asked += 1;
      if (fails) throw new Error('the cluster is gone');
      const { evidence, sink } = collectEvidence();
      const pod = sink.resource('workload', 'prod/shop', 'Pod/web');
      sink.exists(pod, { ...(endedAtMs !== undefined && { createdAtMs: endedAtMs }) });
      if (endedAtMs === undefined) sink.holds(pod, 'Pod shop/web (Running)');
      for (const one of references) sink.refers(pod, sink.resource('image-reference', '', one), 'uses');
      if (gapIn !== undefined) sink.gap({ scope: gapIn, hides: 'holds', source: 'cluster prod', cause: '403' });
      return nodeUsesNow(evidence, SINCE_MS);
    },
    nowMs: () => nowMs,
    maxAgeMs: 60_000,
  });
  return {
    word: (action: Action) => guard(action, never),
    ask: () => ask(never),
    asked: () => asked,
    forward: (ms: number) => {
      nowMs += ms;
    },
  };
}

describe('while a node is cleaned, an image that a workload names by now stays', () => {
  test.each([
    ['by its tag', 'registry.example/team/app:v1', NAMES],
    ['by its digest, from wherever', `mirror.example/x:v9@${DIGEST}`, NAMES],
    ['by a bare digest', DIGEST, NAMES],
    ['by its id', ID, []],
    ['by a short name', 'nginx', ['docker.io/library/nginx:latest']],
    ['of which the runtime has the short name', 'docker.io/library/nginx:1', ['nginx:1']],
  ])('%s', async (_, reference, names) => {
    expect(await guardOf({ references: [reference] }).word(image(names))).toEqual({
      result: 'skipped',
      guard: 'in-use-again',
      why: `Pod shop/web (Running) uses ${reference}`,
    });
  });

  test('since a name that can not be read may be its', async () => {
    expect(await guardOf({ references: ['I am no name'] }).word(image())).toMatchObject({
      guard: 'in-use-again',
      why: 'Pod shop/web (Running) uses I am no name, which may be this',
    });
  });

  test('when the workload has ended, but was made after the plan', async () => {
    const [reference = ''] = NAMES;

    expect(await guardOf({ references: [reference], endedAtMs: SINCE_MS }).word(image())).toMatchObject({
      guard: 'in-use-again',
    });
    expect(await guardOf({ references: [reference], endedAtMs: SINCE_MS - 1 }).word(image())).toBeUndefined();
  });
});

test.each([
  ['another tag of its repository', 'registry.example/team/app:v2'],
  ['the same path in another registry', 'other.example/team/app:v1'],
  ['its tag with the digest of another image', `registry.example/team/app:v1@sha256:${'c'.repeat(64)}`],
])('an image goes while workloads name %s', async (_, reference) => {
  expect(await guardOf({ references: [reference] }).word(image())).toBeUndefined();
});

describe('a cluster that can not be asked', () => {
  test.each([
    ['everywhere', '', NAMES],
    ['in its registry', 'registry.example', NAMES],
    ['in its repository', 'registry.example/team/app', NAMES],
    ['anywhere, since it has no name', 'other.example', []],
    ['anywhere, since its name can not be read', 'other.example', ['I am no name']],
    ['at Docker Hub, by a short name', 'docker.io', ['nginx:1']],
  ])('holds back what it may use: %s', async (_, gapIn, names) => {
    expect(await guardOf({ gapIn }).word(image(names))).toEqual({
      result: 'skipped',
      guard: 'evidence-stale',
      why: 'cluster prod: 403',
    });
  });

  test.each(['other.example', 'registry.example/team/ap', 'registry.example/team/app/sub'])(
    'holds nothing back that it never uses: %s',
    async (gapIn) => {
      expect(await guardOf({ gapIn }).word(image())).toBeUndefined();
    },
  );

  test('because it is gone, holds back all images', async () => {
    expect(await guardOf({ fails: true }).word(image())).toEqual({
      result: 'skipped',
      guard: 'evidence-stale',
      why: 'the cluster is gone',
    });
  });
});

test('containers are none of its business: nobody is asked for them', async () => {
  const { word, asked } = guardOf({ fails: true });

  expect(await word(container)).toBeUndefined();
  expect(asked()).toBe(0);
});

test('clusters are asked once in a while, not for each image', async () => {
  const { word, ask, asked, forward } = guardOf({});
  await ask();
  await word(image());
  await word(image());
  expect(asked()).toBe(1);

  forward(60_001);
  await word(image());
  expect(asked()).toBe(2);
});
