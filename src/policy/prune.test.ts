import { describe, expect, test } from 'vitest';
import { type PruneParts, policyIn } from '../../test/support/prune-story.ts';
import { type Story, storySchema, tellStory } from '../../test/support/story.ts';
import { decide } from './decide.ts';
import { type PolicyNeeds, policyNeeds, pruneRuleset } from './prune.ts';

function storyOf(parts: Readonly<Record<string, unknown>>, manifest: Readonly<Record<string, unknown>> = {}): Story {
  return storySchema.parse({
    story: 'one tag',
    tags: { 'app:v1': 'A', 'app:v2': 'B' },
    manifests: { A: manifest, B: { createdDaysAgo: 1 } },
    firstSeenDaysAgo: { 'app:v1': 3, 'app:v2': 1 },
    prune: parts,
  });
}

/** Why app:v1 stays or goes. */
function reasonOf(policy: object, parts: object = {}, manifest: Readonly<Record<string, unknown>> = {}): string {
  const told = tellStory(
    storyOf({ policies: [{ name: 'builds', repositories: ['**'], ...policy }], ...parts }, manifest),
  );
  const id = told.view.evidence.resources.find('tag', 'registry.test/app', 'v1') as number;
  const { code, because } = told.decisions.reasonOf(id);
  return `${code}: ${because}`;
}

describe('the reason of a tag names the policy, the rule and what was found', () => {
  const pushed = { pushedDaysAgo: { 'app:v1': 40, 'app:v2': 1 } };

  test.each([
    [{ keepNewest: 5 }, pushed, {}, 'keep-newest: policy builds: keepNewest 5 (number 2)'],
    [{ keepNewest: 1 }, pushed, {}, 'deleted-by-policy: policy builds: no rule keeps it (keepNewest 1: number 2)'],
    [{ keepYoungerThan: '60d' }, pushed, {}, 'keep-younger-than: policy builds: keepYoungerThan 60d (pushed 40d ago)'],
    [{ keepYoungerThan: '30d' }, {}, {}, 'keep-younger-than: policy builds: keepYoungerThan 30d (first seen 3d ago)'],
    [
      { keepYoungerThan: { age: '30d', by: 'created' } },
      {},
      {},
      'age-unknown: policy builds: keepYoungerThan 30d by created (nothing tells when it was made)',
    ],
    [
      { keepYoungerThan: { age: '30d', by: 'created' }, keepMatching: ['x'] },
      {},
      { createdDaysAgo: 50 },
      'deleted-by-policy: policy builds: no rule keeps it (keepYoungerThan 30d by created: made 50d ago; keepMatching x: its name does not match)',
    ],
    [
      { deleteMatching: ['/v\\d/'] },
      {},
      {},
      'deleted-by-policy: policy builds: deleteMatching /v\\d/ (its name matches /v\\d/)',
    ],
    [{ deleteMatching: ['x'] }, {}, {}, 'kept-by-policy: policy builds: no rule deletes it'],
    [{}, {}, {}, 'kept-by-policy: policy builds: no rule deletes it'],
    [{ keepLabels: ['keep'] }, {}, {}, 'not-told: policy builds: keepLabels keep (nothing tells its label keep)'],
    [
      { keepLabels: ['keep', 'stage=prod*'] },
      {},
      { attributes: { 'label:stage': 'prod-eu' } },
      'kept-by-policy: policy builds: keepLabels keep, stage=prod* (its label stage is prod-eu)',
    ],
    [
      { keepPulledWithin: '30d' },
      { pullsKnownForDays: 10, pulledDaysAgo: {} },
      {},
      'not-told: policy builds: keepPulledWithin 30d (pulls are known for 10d only)',
    ],
    [
      { keepPulledWithin: '30d' },
      { pullsKnownForDays: 90, pulledDaysAgo: { 'app:v1': 35 } },
      {},
      'deleted-by-policy: policy builds: no rule keeps it (keepPulledWithin 30d: pulled 35d ago)',
    ],
    [
      { deleteLargerThan: '10' },
      {},
      { layers: { a: 6, b: 5 } },
      'deleted-by-policy: policy builds: deleteLargerThan 10 B (11 B)',
    ],
    [
      { deleteExpired: ['label:quay.expires-after'] },
      {},
      { attributes: { 'label:quay.expires-after': '2d' } },
      'deleted-by-policy: policy builds: deleteExpired label:quay.expires-after (its label quay.expires-after is 2d, and it was first seen 3d ago)',
    ],
    [
      { deleteExpired: ['annotation:end'] },
      {},
      { attributes: { 'annotation:end': '2026-01-01' } },
      'kept-by-policy: policy builds: no rule deletes it',
    ],
    [
      { deleteExpired: ['annotation:end'] },
      {},
      { attributes: { 'annotation:end': '2025-12-31T23:00:00+01:00' } },
      'deleted-by-policy: policy builds: deleteExpired annotation:end (its annotation end is 2025-12-31T23:00:00+01:00)',
    ],
    [
      { delete: [{ matching: ['v*'], not: { newest: { count: 1, by: 'semver' } } }] },
      {},
      {},
      'deleted-by-policy: policy builds: delete all of (matching v*, not newest 1 by semver) (its name matches v*, its name is no version)',
    ],
    [
      { deleteMatching: ['*'] },
      { minAge: '4d' },
      {},
      'keep-younger-than: policy builds: minAge 4d (first seen 3d ago)',
    ],
  ])('%j', (policy, parts, manifest, expected) => {
    expect(reasonOf(policy, parts, manifest)).toBe(expected);
  });
});

test('dates before 2000 and in the future are placeholders, and unknown', () => {
  const policy = { keepYoungerThan: { age: '30d', by: 'created' } };
  expect(reasonOf(policy, {}, { createdDaysAgo: 20_000 })).toMatch(/^age-unknown/);
  expect(reasonOf(policy, {}, { createdDaysAgo: -400 })).toMatch(/^age-unknown/);
});

test('images of which nothing tells the order all stay', () => {
  const parts = { policies: [{ name: 'builds', repositories: ['**'], keepNewest: 1 }] };
  const same = { ...storyOf(parts), firstSeenDaysAgo: { 'app:v1': 3, 'app:v2': 3 } };
  expect(tellStory(same).planned.actions).toEqual([]);
  expect(tellStory(storyOf(parts)).planned.actions.map(({ target }) => target.key)).toContain('v1');
});

test('only tags among those that are named are counted as the newest', () => {
  const keepNewest = { count: 1, among: ['v1'] };
  expect(reasonOf({ keepNewest })).toBe('keep-newest: policy builds: keepNewest 1 among v1 (number 1)');
});

describe('rules that nothing meets are told', () => {
  const idle = (policies: readonly object[]) => {
    const story = storyOf({ policies });
    const { ruleset, idleRules } = pruneRuleset(policyIn(story.prune as PruneParts));
    expect(idleRules()).toHaveLength(policies.length);
    decide(tellStory(story).view, ruleset);
    return idleRules();
  };

  test('each by its words, also after another rule was met', () => {
    const policy = {
      name: 'builds',
      repositories: ['app'],
      keepMatching: ['x*'],
      keepNewest: 1,
      deleteMatching: ['v*', 'w'],
    };
    expect(idle([policy])).toEqual(['policy builds: nothing met keepMatching x*']);
    expect(idle([{ ...policy, keepMatching: ['v*'] }])).toEqual([]);
  });

  test('and policies that no repository comes to', () => {
    const [one, other] = ['one', 'other'].map((name) => ({ name, repositories: ['app'], keepMatching: ['v*'] }));
    expect(idle([one as object, other as object])).toEqual(['policy other: it came first for no repository']);
  });
});

describe('a policy needs', () => {
  const needs = (policy: object, minAge = '0'): PolicyNeeds =>
    policyNeeds(
      policyIn(storyOf({ policies: [{ name: 'a', repositories: ['**'], ...policy }], minAge }).prune as PruneParts),
    );
  const nothing: PolicyNeeds = { created: false, pushTimes: false, attributes: [], tagHistory: false, pulls: false };

  test('nothing but names for rules on names', () => {
    expect(needs({ keepMatching: ['v*'], delete: [{ matching: ['x'] }] })).toEqual(nothing);
  });

  test.each([
    [{ keepYoungerThan: '1d' }, { pushTimes: true }],
    [{ keep: [{ not: { olderThan: { age: '1d', by: 'created' } } }] }, { created: true }],
    [{ keepNewest: { count: 1, by: 'created' } }, { created: true }],
    [{ keepNewest: { count: 1, by: 'semver' } }, {}],
    [{ keepYoungerThan: { age: '1d', by: 'tagged' } }, { tagHistory: true }],
    [{ keepTagRevisions: 3 }, { tagHistory: true }],
    [{ untaggedAfter: '1d' }, { tagHistory: true, pushTimes: true }],
    [{ keepPulledWithin: '1d' }, { pulls: true }],
    [{ keepLabels: ['b'], keepAnnotations: ['a=1'] }, { attributes: ['annotation:a', 'label:b', 'platform'] }],
    [{ deleteExpired: ['label:x'] }, { attributes: ['label:x', 'platform'], pushTimes: true }],
  ])('%j: more', (policy, more) => {
    expect(needs(policy)).toEqual({ ...nothing, ...more });
  });

  test('push times for its least age', () => {
    expect(needs({ deleteMatching: ['v*'] }, '1h')).toEqual({ ...nothing, pushTimes: true });
  });
});
