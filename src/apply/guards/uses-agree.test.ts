import { describe, expect, test } from 'vitest';
import { collectEvidence } from '../../evidence/evidence.ts';
import type { ReferenceRules } from '../../evidence/reference-rules.ts';
import type { Digest } from '../../oci/digest.ts';
import type { Action } from '../../plan/action.ts';
import { usesAgree } from './uses-agree.ts';
import { usesNow } from './uses-now.ts';

const HOST = 'registry.example:5000';
const digest = (letter: string): Digest => `sha256:${letter.repeat(64)}`;
const [A, B, C] = [digest('a'), digest('b'), digest('c')];
const SINCE_MS = 1000;
const never = new AbortController().signal;

const tag = (repository: string, key: string, on = A): Action => ({
  ...{ n: 1, do: 'delete-tag', by: 'tag', after: [], reason: 'deleted-by-policy', because: 'a test', freesBytes: 0 },
  target: { kind: 'tag', scope: `${HOST}/${repository}`, key },
  expects: { digest: on },
});
const manifest = (repository: string, key: Digest): Action => ({
  ...tag(repository, '', key),
  do: 'delete-manifest',
  target: { kind: 'manifest', scope: `${HOST}/${repository}`, key },
  expects: { untagged: true },
});

interface Given {
  readonly references?: readonly string[];
  /** The pod has ended, and was made then. */
  readonly endedAtMs?: number;
  readonly gapIn?: string;
  readonly fails?: boolean;
  readonly rules?: Partial<ReferenceRules>;
}

function guardOf({ references = [], endedAtMs, gapIn, fails = false, rules = {} }: Given) {
  let asked = 0;
  let nowMs = 0;
  const { guard, ask } = usesAgree({
    read: async () => {
      asked += 1;
      if (fails) throw new Error('the cluster is gone');
      const { evidence, sink } = collectEvidence();
      const pod = sink.resource('workload', 'prod/shop', 'Pod/web');
      sink.exists(pod, { ...(endedAtMs !== undefined && { createdAtMs: endedAtMs }) });
      if (endedAtMs === undefined) sink.holds(pod, 'Pod shop/web (Running)');
      for (const one of references) sink.refers(pod, sink.resource('image-reference', '', one), 'uses');
      if (gapIn !== undefined) sink.gap({ scope: gapIn, hides: 'holds', source: 'cluster prod', cause: '403' });
      const all = { aliases: [], defaultRegistries: [], bad: 'protect', ...rules } as const;
      return usesNow(evidence, { ownHost: HOST, rules: all, sinceMs: SINCE_MS });
    },
    configOf: async (_, of) => (of === B ? C : undefined),
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

describe('while a plan is applied, what is in use by now stays', () => {
  test.each([
    ['a tag, by its name', `${HOST}/team/app:v1`, tag('team/app', 'v1')],
    ['a tag, by its digest', `elsewhere.example/x@${A}`, tag('team/app', 'v1')],
    ['a manifest, by its digest', A, manifest('team/app', A)],
    ['an image, by the digest of its config', C, manifest('team/app', B)],
    ['a tag without a word, by no tag', `${HOST}/team/app`, tag('team/app', 'latest')],
    ['a tag, by a name without a host', 'app:v1', tag('team/app', 'v1')],
    ['a tag, by a name that can not be read', 'TEAM/APP:{{ tag }}', tag('team/app', 'v1')],
  ])('%s', async (_, reference, action) => {
    const { word } = guardOf({ references: [reference] });
    expect(await word(action)).toEqual({
      result: 'skipped',
      guard: 'in-use-again',
      why: `Pod shop/web (Running) uses ${reference}`,
    });
  });

  test.each([
    ['another tag', `${HOST}/team/app:v2`],
    ['another repository', `${HOST}/team/web:v1`],
    ['another registry', 'elsewhere.example/team/app:v1'],
    ['another digest', B],
  ])('and %s holds nothing back', async (_, reference) => {
    const { word } = guardOf({ references: [reference] });
    expect(await word(tag('team/app', 'v1'))).toBeUndefined();
  });

  test('other names of the registry are understood as when the plan was made', async () => {
    const rules = { aliases: [{ name: 'mirror.example', is: `${HOST}/team` }] };
    const { word } = guardOf({ references: ['mirror.example/app:v1'], rules });
    expect(await word(tag('team/app', 'v1'))).toMatchObject({ guard: 'in-use-again' });
  });

  test('a pod that has ended counts where it came after the plan, which knew the others', async () => {
    const references = [`${HOST}/team/app:v1`];
    expect(await guardOf({ references, endedAtMs: SINCE_MS + 1 }).word(tag('team/app', 'v1'))).toBeDefined();
    expect(await guardOf({ references, endedAtMs: SINCE_MS - 1 }).word(tag('team/app', 'v1'))).toBeUndefined();
  });

  test('a bad name holds nothing back where that is set', async () => {
    const { word } = guardOf({ references: ['TEAM/APP'], rules: { bad: 'ignore' } });
    expect(await word(tag('team/app', 'v1'))).toBeUndefined();
  });
});

describe('a cluster that can not be asked', () => {
  test('holds back what it may hold, by any name of the registry, and nothing else', async () => {
    const rules = { aliases: [{ name: 'mirror.example', is: HOST }] };
    const { word } = guardOf({ gapIn: 'mirror.example/team', rules });
    expect(await word(tag('team/app', 'v1'))).toEqual({
      result: 'skipped',
      guard: 'evidence-stale',
      why: 'cluster prod: 403',
    });
    expect(await word(tag('other/app', 'v1'))).toBeUndefined();
  });

  test('holds back everything where asking fails altogether', async () => {
    const { word } = guardOf({ fails: true });
    expect(await word(tag('team/app', 'v1'))).toMatchObject({ guard: 'evidence-stale', why: 'the cluster is gone' });
  });

  test('stops a run before it begins', async () => {
    await expect(guardOf({ fails: true }).ask()).rejects.toThrow('the cluster is gone');
  });
});

test('clusters are asked again when their answer is too old, and not before', async () => {
  const { word, asked, forward } = guardOf({});
  await word(tag('team/app', 'v1'));
  await word(tag('team/app', 'v2'));
  forward(60_000);
  await word(tag('team/app', 'v3'));
  expect(asked()).toBe(1);
  forward(1);
  await word(tag('team/app', 'v4'));
  expect(asked()).toBe(2);
});
