import { describe, expect, test } from 'vitest';
import { checkSettings } from './check.ts';
import { prunePoliciesSchema } from './schema/prune-policies.ts';
import { toPrunePolicies } from './to-prune-policy.ts';

/** What is wrong with one policy: the path below it, what, and the next step. */
function problemsOf(policy: object): readonly string[] {
  const whole = { name: 'a', repositories: ['**'], ...policy };
  const { problems } = checkSettings(JSON.stringify({ prune: { policies: [whole] } }), 'w.yaml');
  return problems.map(({ path, message, hint }) => `${path.replace('prune.policies[0].', '')}: ${message} (${hint})`);
}

describe('what is wrong with a policy is told with its place and a next step', () => {
  test.each([
    [{ keepYoungerThan: 30 }, 'keepYoungerThan: it has no unit (write numbers with units, like 30d, 96h, 1h30m or 7d)'],
    [
      { keepYoungerThan: { age: '30d', by: 'pushd' } },
      'keepYoungerThan.by: it is none of pushed, created, tagged (did you mean pushed?)',
    ],
    [{ keepYoungerThan: { by: 'pushed' } }, 'keepYoungerThan.age: it is missing (add age)'],
    [{ keepNewest: 'five' }, 'keepNewest: it is text, not a whole number (write it like 5)'],
    [
      { keepNewest: { count: 3, ofEach: 'minor' } },
      'keepNewest.ofEach: it has lines of versions, and does not go by them (add by: semver, or remove it)',
    ],
    [
      { keepMatching: ['^v.*$'] },
      'keepMatching[0]: it has characters that occur in no tag (write a glob of * and ?, or an expression between slashes, like /v\\d+-rc/)',
    ],
    [
      { deleteMatching: ['/v(?=1)/'] },
      'deleteMatching[0]: it is not a pattern: invalid or unsupported Perl syntax: `(?=` (write it in RE2 syntax: there is no looking ahead or behind)',
    ],
    [{ deleteMatching: 'v1' }, "deleteMatching: it is text, not a list (write it as a list: ['release-*'])"],
    [
      { deleteExpired: ['quay.expires-after'] },
      'deleteExpired[0]: it does not say what to look at (write label: or annotation: and a name, like label:quay.expires-after)',
    ],
    [{ keepLabels: ['=x'] }, 'keepLabels[0]: it names no key (write it like keep)'],
    [
      { delete: [{}] },
      'delete[0]: it is empty, and would be met by everything (write it like {matching: [release-*]})',
    ],
    [
      { delete: [{ not: { any: [{ matching: ['v1'] }, { untagged: false }] } }] },
      'delete[0].not.any[1].untagged: it is not true (write untagged: true, or not: {untagged: true})',
    ],
    [{ keepNewset: 5 }, 'keepNewset: no setting has this name (did you mean keepNewest?)'],
  ])('%j', (policy, problem) => {
    expect(problemsOf(policy)).toEqual([problem]);
  });

  test('and two policies of one name are told apart', () => {
    const policies = [1, 2].map(() => ({ name: 'a', repositories: ['**'], keepNewest: 1 }));
    const { problems, warnings } = checkSettings(JSON.stringify({ prune: { policies } }), 'w.yaml');
    expect(problems.map(({ path, message }) => `${path}: ${message}`)).toEqual([
      'prune.policies[1].name: prune.policies[0] has this name, too',
    ]);
    expect(warnings.map(({ message }) => message)).toEqual([
      'it has no effect: policy a comes first for all these repositories',
    ]);
  });

  test('and a policy without a rule is warned of', () => {
    const policies = [{ name: 'a', repositories: ['**'] }];
    const { problems, warnings } = checkSettings(JSON.stringify({ prune: { policies } }), 'w.yaml');
    expect([problems, warnings.map(({ message }) => message)]).toEqual([
      [],
      ['policy a has no rule: it keeps everything'],
    ]);
  });
});

describe('rules as they are written become conditions', () => {
  const read = (policy: object) =>
    toPrunePolicies(prunePoliciesSchema.parse([{ name: 'a', repositories: ['**'], ...policy }]))[0];
  const keep = (policy: object) => read(policy)?.keep.map(({ words, when }) => [words, when]);

  test('the short ones', () => {
    const short = { keepYoungerThan: '30d', keepNewest: 5, keepMatching: ['v*', '/r\\d/'], keepPulledWithin: '90d' };
    expect(keep(short)).toEqual([
      ['keepYoungerThan 30d', { if: 'youngerThan', ageMs: 30 * 86_400_000, by: 'pushed' }],
      ['keepNewest 5', { if: 'newest', count: 5, by: 'pushed' }],
      [
        'keepMatching v*, /r\\d/',
        {
          if: 'matching',
          patterns: [
            { kind: 'glob', text: 'v*' },
            { kind: 'expression', text: 'r\\d' },
          ],
        },
      ],
      ['keepPulledWithin 90d', { if: 'pulledWithin', ageMs: 90 * 86_400_000 }],
    ]);
  });

  test('several keys of one condition all have to be met', () => {
    const matching = { if: 'matching', patterns: [{ kind: 'glob', text: 'v*' }] };
    expect(keep({ keep: [{ matching: ['v*'], untagged: true, not: { tagRevisions: 2 } }] })).toEqual([
      [
        'keep all of (matching v*, untagged, not tagRevisions 2)',
        { if: 'all', of: [matching, { if: 'untagged' }, { if: 'not', of: { if: 'tagRevisions', count: 2 } }] },
      ],
    ]);
  });

  test('labels and annotations, of any value or of one', () => {
    expect(keep({ keepLabels: ['keep', 'stage=prod*'], keepAnnotations: ['a=/x+/'] })).toEqual([
      [
        'keepLabels keep, stage=prod*',
        {
          if: 'any',
          of: [
            { if: 'attribute', name: 'label:keep' },
            { if: 'attribute', name: 'label:stage', value: { kind: 'glob', text: 'prod*' } },
          ],
        },
      ],
      [
        'keepAnnotations a=/x+/',
        { if: 'any', of: [{ if: 'attribute', name: 'annotation:a', value: { kind: 'expression', text: 'x+' } }] },
      ],
    ]);
  });

  test('revisions of tags speak of the past alone beside rules that delete', () => {
    const revisions = { if: 'tagRevisions', count: 3 };
    expect(keep({ keepTagRevisions: 3, untaggedAfter: '7d' })).toEqual([['keepTagRevisions 3', revisions]]);
    expect(keep({ keepTagRevisions: 3, deleteMatching: ['x'] })).toEqual([
      ['keepTagRevisions 3', { ...revisions, pastOnly: true }],
    ]);
    expect(read({ untaggedAfter: '7d' })?.untaggedAfterMs).toBe(7 * 86_400_000);
  });
});
