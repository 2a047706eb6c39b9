import { describe, expect, test } from 'vitest';
import { patternFault, type TagRecordRule, tagRecordLookup, templateFault, templateNames } from './tag-records.ts';

const steps: TagRecordRule = {
  repositories: ['opschain/*'],
  pattern: '(?<change>[0-9a-f]{8})-step-(?<step>\\d+)',
  record: '{change}/{step}',
};
const scope = 'registry.example:5000/opschain/runner';
const find = (rules: readonly TagRecordRule[], tag: string, where = scope) =>
  tagRecordLookup(rules, ['changes', 'orders'])(where, tag);

describe('a tag stands for', () => {
  test('the record that the template makes of its groups, in all sources', () => {
    expect(find([steps], 'deadbeef-step-3')).toEqual([
      { source: 'changes', id: 'deadbeef/3' },
      { source: 'orders', id: 'deadbeef/3' },
    ]);
  });

  test('a record of the one source that the rule names', () => {
    expect(find([{ ...steps, source: 'orders' }], 'deadbeef-step-3')).toEqual([{ source: 'orders', id: 'deadbeef/3' }]);
  });

  test.each(['xdeadbeef-step-3', 'deadbeef-step-3x', 'DEADBEEF-step-3', 'deadbeef-step-'])(
    'nothing where only a part of it matches: %s',
    (tag) => {
      expect(find([steps], tag)).toEqual([]);
    },
  );

  test('nothing in a repository that the rule does not speak of', () => {
    expect(find([steps], 'deadbeef-step-3', 'registry.example:5000/other/runner')).toEqual([]);
    expect(find([steps], 'deadbeef-step-3', 'registry.example:5000/opschain/deep/runner')).toEqual([]);
  });

  test('the records of all rules that match, each once', () => {
    const rules = [steps, steps, { ...steps, record: '{change}', source: 'changes' }];
    expect(find(rules, 'deadbeef-step-3')).toEqual([
      { source: 'changes', id: 'deadbeef/3' },
      { source: 'orders', id: 'deadbeef/3' },
      { source: 'changes', id: 'deadbeef' },
    ]);
  });

  test('itself and its repository, without any group', () => {
    const rule = { repositories: ['**'], pattern: '.*', record: '{repository}:{tag}', source: 'changes' };
    expect(find([rule], 'v1')).toEqual([{ source: 'changes', id: 'opschain/runner:v1' }]);
  });

  test('what a group of that name matched rather than itself', () => {
    const rule = { repositories: ['**'], pattern: 'x-(?<tag>.*)', record: '{tag}', source: 'changes' };
    expect(find([rule], 'x-v1')).toEqual([{ source: 'changes', id: 'v1' }]);
  });

  test('nothing where a group of the template took no part in the match', () => {
    const rule = {
      repositories: ['**'],
      pattern: '(?<change>\\w+)(-(?<step>\\d+))?',
      record: '{change}/{step}',
      source: 'changes',
    };
    expect(find([rule], 'abc')).toEqual([]);
    expect(find([rule], 'abc-1')).toEqual([{ source: 'changes', id: 'abc/1' }]);
  });
});

test('a pattern that would take others for ever takes its time in proportion', () => {
  const rule = { repositories: ['**'], pattern: '(?<all>(a+)+)b', record: '{all}', source: 'changes' };
  const startedAtMs = performance.now();
  expect(find([rule], 'a'.repeat(128))).toEqual([]);
  expect(performance.now() - startedAtMs).toBeLessThan(1000);
});

describe('faults', () => {
  test.each([
    ['(?<a>x', 'it is not a pattern: missing closing ): `(?<a>x`'],
    ['(?=x)', 'it is not a pattern: invalid or unsupported Perl syntax: `(?=`'],
    ['[z-a]', 'it is not a pattern: invalid character class range: `z-a`'],
    ['(?<a>x)(?<a>y)', 'it is not a pattern: duplicate capture group name: `a`'],
    ['(?P<a>x)', undefined],
    ['', undefined],
  ])('the pattern %s: %s', (pattern, fault) => {
    expect(patternFault(pattern)).toBe(fault);
  });

  test.each([
    ['{change}/{step}', undefined],
    ['{tag}', undefined],
    ['{chang}', 'it uses {chang}, and the pattern has no group of that name'],
    ['{change', 'it has a brace that is not one of a pair around a name'],
    ['{}', 'it has a brace that is not one of a pair around a name'],
    ['fixed', 'it would be the same record for every tag'],
    ['{repository}', 'it would be the same record for every tag'],
  ])('the template %s: %s', (record, fault) => {
    expect(templateFault({ ...steps, record })).toBe(fault);
  });

  test('the names that a template may use are the groups and what every tag has', () => {
    expect(templateNames(steps.pattern)).toEqual(['change', 'step', 'tag', 'repository']);
  });

  test('a rule with a fault is not prepared', () => {
    expect(() => tagRecordLookup([{ ...steps, record: '{x}' }], [])).toThrow(
      'it uses {x}, and the pattern has no group of that name',
    );
  });
});
