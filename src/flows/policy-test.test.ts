import { describe, expect, test } from 'vitest';
import { type PruneParts, policyIn } from '../../test/support/prune-story.ts';
import { NOW_MS, type Story, storySchema, tellStory } from '../../test/support/story.ts';
import type { SavedEvidence } from '../evidence/saved/saved-evidence.ts';
import { noPaint } from '../report/paint.ts';
import { renderPolicyTest } from '../report/policy-test/render-policy-test.ts';
import { type NamedPolicy, testPolicy } from './policy-test.ts';

const world = {
  story: 'three builds, one of them running',
  tags: { 'app:v1': 'A', 'app:v2': 'B', 'app:v3': 'C' },
  manifests: { A: { layers: { a: 100 } }, B: { layers: { b: 20 } }, C: { layers: { c: 3 } } },
};
const parts = {
  pushedDaysAgo: { 'app:v1': 30, 'app:v2': 20, 'app:v3': 10 },
  workloads: [{ name: 'Pod/web', uses: ['registry.test/app:v1'] }],
};

function storyOf(policy: object): Story {
  return storySchema.parse({
    ...world,
    prune: { ...parts, policies: [{ name: 'builds', repositories: ['app'], ...policy }] },
  });
}

function saved(means?: SavedEvidence['header']['means']): SavedEvidence {
  const { evidence, ...memory } = tellStory(storyOf({})).view;
  const remembers = { tagHistory: false, pulls: false };
  const header = { winnow: 'evidence/v1', of: 'registry registry.test', madeAtMs: NOW_MS, remembers } as const;
  return { header: { ...header, ...(means !== undefined && { means }) }, evidence, memory };
}

function named(name: string, policy: object): NamedPolicy {
  return { name, policy: policyIn(storyOf(policy).prune as PruneParts) };
}

const short = (changes: readonly { readonly target: string; readonly freesBytes: number }[]) =>
  changes.map(({ target, freesBytes }) => `${target.replace(/@.*/, '@')} ${freesBytes}`);

describe('trying a policy on saved evidence', () => {
  test('tells all that it deletes, and nothing that is in use', () => {
    const result = testPolicy(saved(), named('new.yaml', { keepNewest: 1 }), undefined);

    expect(short(result.newlyDeleted)).toEqual(['registry.test/app:v2 0', 'registry.test/app@ 20']);
    expect(result.tested).toEqual({ name: 'new.yaml', tags: 1, manifests: 1, freesBytes: 20, idleRules: [] });
    expect([result.against, result.newlyKept]).toEqual([undefined, []]);
  });

  test('tells what is different from another, both ways and with both reasons', () => {
    const before = named('winnow.yaml', { deleteMatching: ['v2'] });
    const result = testPolicy(saved(), named('new.yaml', { keepMatching: ['v2'], keepYoungerThan: '5d' }), before);

    expect(short(result.newlyDeleted)).toEqual(['registry.test/app:v3 0', 'registry.test/app@ 3']);
    expect(result.newlyDeleted[0]).toMatchObject({
      reason: { because: expect.stringContaining('no rule keeps it') },
      before: { because: 'policy builds: no rule deletes it' },
    });
    expect(short(result.newlyKept)).toEqual(['registry.test/app:v2 0', 'registry.test/app@ 20']);
    expect(result.newlyKept[0]).toMatchObject({
      reason: { because: 'policy builds: keepMatching v2 (its name matches v2)' },
      before: { because: 'policy builds: deleteMatching v2 (its name matches v2)' },
    });
    expect([result.tested.freesBytes, result.against?.freesBytes]).toEqual([3, 20]);
  });

  test('tells rules that nothing meets', () => {
    const result = testPolicy(saved(), named('new.yaml', { keepMatching: ['w*'], deleteMatching: ['x*'] }), undefined);

    expect(result.tested.idleRules).toEqual([
      'policy builds: nothing met keepMatching w*',
      'policy builds: nothing met deleteMatching x*',
    ]);
  });

  test('goes by what the registry can do', () => {
    const cannot = { untagBy: 'tag', deleteManifests: false, untagByOverwrite: false } as const;
    const result = testPolicy(saved(cannot), named('new.yaml', { keepNewest: 1 }), undefined);

    expect(short(result.newlyDeleted)).toEqual(['registry.test/app:v2 20']);
  });
});

describe('the result of a try', () => {
  const result = testPolicy(
    saved(),
    named('new.yaml', { keepMatching: ['v2'], keepYoungerThan: '5d' }),
    named('winnow.yaml', { deleteMatching: ['v2'] }),
  );
  const lines = (format: 'table' | 'json' | 'markdown') => [...renderPolicyTest(result, format, noPaint)];

  test('is shown as tables', () => {
    const text = lines('table').join('\n');

    expect(text).toContain('Evidence of registry registry.test, as it was on 2026-01-01 00:00:00Z.');
    expect(text).toMatch(/^new\.yaml +1 +1 +3 B$/m);
    expect(text).toContain('2 deleted by new.yaml, and not by winnow.yaml (3 B):');
    expect(text).toContain('2 kept by new.yaml, and deleted by winnow.yaml (20 B):');
    expect(text).toMatch(/^registry\.test\/app:v2 +0 B +policy builds: keepMatching v2 .*deleteMatching v2/m);
  });

  test('is a document for programs', () => {
    const document = JSON.parse(lines('json').join('\n'));

    expect(document).toMatchObject({ kind: 'PolicyTest', of: 'registry registry.test', tested: { tags: 1 } });
    expect(document.newlyKept[0]).toMatchObject({ reason: 'kept-by-policy', before: { reason: 'deleted-by-policy' } });
  });

  test('is Markdown for a merge request', () => {
    const text = lines('markdown').join('\n');

    expect(text).toContain('| `registry.test/app:v3` | 0 B |');
    expect(text).toContain(
      '2 kept by new.yaml, and deleted by winnow.yaml \\(20 B\\):'.replaceAll('\\(', '(').replaceAll('\\)', ')'),
    );
  });

  test('says so where nothing is different', () => {
    const same = named('a.yaml', { keepNewest: 1 });

    expect([...renderPolicyTest(testPolicy(saved(), same, same), 'table', noPaint)]).toContain('Both delete the same.');
    const keeps = testPolicy(saved(), named('b.yaml', { keepMatching: ['*'] }), undefined);
    expect([...renderPolicyTest(keeps, 'table', noPaint)]).toContain('Nothing would be deleted.');
  });
});
