import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { covers } from '../../evidence/gap.ts';
import { resolveMapping } from './mapping.ts';
import { DIGEST, HOST, recordFacts } from './recorded-facts.suite.ts';
import { MAX_TOLD } from './row-gaps.ts';
import { stateRows } from './rows.ts';

function state(rows: readonly unknown[], mapping = {}) {
  const recorded = recordFacts();
  const statements = stateRows(recorded.sink, 'orders', HOST, resolveMapping(mapping));
  for (const row of rows) statements.state(row);
  statements.finish();
  return recorded;
}

const app = `${HOST}/team/app`;

describe('a row', () => {
  test.each([
    [
      'an unknown status',
      { status: 'weird' },
      [`${app}:v1`],
      'holds record orders|7: record 7 has the unknown status "weird"',
    ],
    [
      'a status that is a date',
      { status: new Date(0) },
      [`${app}:v1`],
      'holds record orders|7: record 7 has the unknown status (a date, not text)',
    ],
    [
      'a digest of half a length',
      { digest: 'sha256:abc', status: 'closed' },
      [app],
      "holds record orders|7: record 7 (closed), whose row can't be read whole",
    ],
    [
      'a tag that lost its digits',
      { tag: 1.1, status: 'closed' },
      [app],
      "holds record orders|7: record 7 (closed), whose row can't be read whole",
    ],
    ['a repository with a capital', { repository: 'Team' }, [HOST], 'holds record orders|7: record 7 (active)'],
    ['a repository that is a list', { repository: ['team/app'] }, [HOST], 'holds record orders|7: record 7 (active)'],
    ['a tag but no repository', { repository: null }, [HOST], 'holds record orders|7: record 7 (active)'],
    ['a repository but no tag', { tag: '' }, [app], 'holds record orders|7: record 7 (active)'],
    [
      'an unknown status and no tag',
      { tag: null, status: '?' },
      [app],
      'holds record orders|7: record 7 has the unknown status "?"',
    ],
    [
      'an empty id',
      { id: ' ', status: 'closed' },
      [`${app}:v1`],
      "holds record orders|team/app:v1: record team/app:v1 (closed), whose row can't be read whole",
    ],
    [
      'an id that lost its digits',
      { id: 2 ** 60 },
      [`${app}:v1`],
      'holds record orders|team/app:v1: record team/app:v1 (active)',
    ],
    [
      'an id without end',
      { id: 'x'.repeat(513) },
      [`${app}:v1`],
      'holds record orders|team/app:v1: record team/app:v1 (active)',
    ],
  ])('with %s keeps no less than it may name', (_, change, scopes, fact) => {
    const { facts, gaps } = state([{ id: '7', repository: 'team/app', tag: 'v1', status: 'active', ...change }]);
    expect(gaps.map((gap) => gap.scope)).toEqual(scopes);
    expect(gaps.every((gap) => gap.hides === 'holds')).toBe(true);
    expect(facts).toContain(fact);
    expect(facts.filter((one) => one.startsWith('retires'))).toEqual([]);
  });

  test.each([
    ['no id and no tag', { repository: 'team/app', status: 'closed' }, app],
    ['an empty id and no tag', { id: null, repository: 'team/app', status: 'closed' }, app],
    ['nothing but a status', { status: 'active' }, HOST],
    ['a list in place of fields', ['7', 'active'], HOST],
    ['null in place of fields', null, HOST],
  ])('with %s is a gap without facts', (_, row, scope) => {
    const { facts, gaps } = state([row]);
    expect(facts).toEqual([]);
    expect(gaps.map((gap) => gap.scope)).toEqual([scope]);
  });

  test.each([
    ['no tag', { tag: null }],
    ['no repository', { repository: null }],
  ])('of an inactive record with %s retires it: the owner is done with whatever it was', (_, change) => {
    const { facts, gaps } = state([{ id: '7', repository: 'team/app', tag: 'v1', status: 'closed', ...change }]);
    expect(gaps).toEqual([]);
    expect(facts).toContain('retires record orders|7: record 7 (closed)');
  });

  test('may have the registry in front of its repository', () => {
    const { facts, gaps } = state([{ id: 7, repository: `${HOST}/team/app`, tag: 'v1', status: 'active' }]);
    expect(gaps).toEqual([]);
    expect(facts).toContain(`refers record orders|7 -> tag ${app}|v1 as record`);
  });

  test('is read without the spaces that pad it', () => {
    const { facts, gaps } = state([
      { id: '7   ', repository: ' team/app', tag: 'v1\n', digest: `${DIGEST} `, status: 'closed  ' },
    ]);
    expect(gaps).toEqual([]);
    expect(facts).toContain('retires record orders|7: record 7 (closed)');
    expect(facts).toContain(`refers record orders|7 -> manifest ${app}|${DIGEST} as record`);
  });

  test('may have its fields inside other objects', () => {
    const mapping = { id: 'meta.id', repository: 'image.name', tag: 'image.tag', status: 'state' };
    const row = { meta: { id: 7n }, image: { name: 'team/app', tag: 42 }, state: true };
    const { facts } = state([row], { ...mapping, active: ['true'] });
    expect(facts).toContain(`refers record orders|7 -> tag ${app}|42 as record`);
    expect(facts).toContain('holds record orders|7: record 7 (true)');
  });

  test('is read without the field whose name is empty', () => {
    const { facts, gaps } = state([{ id: '7', tag: 'v1', status: 'active' }], { tag: '', repository: '' });
    expect(gaps).toEqual([]);
    expect(facts).toEqual(['exists record orders|7', 'holds record orders|7: record 7 (active)']);
  });

  test('cannot pass what every object inherits for a field', () => {
    const { gaps } = state([{ id: '7', status: 'active' }], { repository: 'constructor', tag: 'toString' });
    expect(gaps).toEqual([]);
  });
});

describe('many bad rows', () => {
  test('are reported one by one at first, and counted then, though each is held', () => {
    const rows = Array.from({ length: 1000 }, (_, n) => ({ id: n, status: 'weird' }));
    const { facts, gaps } = state(rows);
    expect(facts.filter((fact) => fact.startsWith('holds'))).toHaveLength(1000);
    expect(gaps).toHaveLength(MAX_TOLD + 1);
    expect(gaps.at(-1)?.cause).toBe('980 more rows whose status is unclear: what they name is kept');
    for (const gap of gaps) expect(covers(gap.scope, 'orders') || covers(gap.scope, app)).toBe(false);
  });

  test('hide each repository once, and none is left out', () => {
    const rows = Array.from({ length: 300 }, (_, n) => ({
      id: n,
      repository: `team/app${n % 100}`,
      tag: '!',
      status: 'closed',
    }));
    const { gaps } = state(rows);
    expect(new Set(gaps.map((gap) => gap.scope)).size).toBe(100);
    expect(gaps).toHaveLength(200);
    expect(gaps.at(-1)?.cause).toBe(`2 more rows of ${HOST}/team/app99 could not be read`);
  });

  test('of one record that contradict each other are reported once', () => {
    const rows = ['active', 'closed', 'active', 'closed'].map((status) => ({
      id: '7',
      repository: 'team/app',
      tag: 'v1',
      status,
    }));
    expect(state(rows).gaps.map((gap) => gap.scope)).toEqual([`${app}:v1`]);
  });
});

test('whatever a row holds, it retires nothing unless every field that it has is clear', () => {
  const value = fc.oneof(
    fc.string(),
    fc.integer(),
    fc.double(),
    fc.constant(null),
    fc.boolean(),
    fc.constantFrom('closed', 'active', 'team/app', 'v1', DIGEST),
    fc.object(),
  );
  const row = fc.record(
    { id: value, repository: value, tag: value, digest: value, status: value },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(row, (raw) => {
      const { facts, gaps } = state([raw]);
      const retired = facts.some((fact) => fact.startsWith('retires'));
      const held = facts.some((fact) => fact.startsWith('holds'));
      expect(retired && (held || gaps.length > 0)).toBe(false);
      // Never silence: a row is either retired, held, or a gap.
      expect(retired || held || gaps.length > 0).toBe(true);
      if (retired) expect(resolveMapping().inactive.has(String(raw.status).trim())).toBe(true);
    }),
    { numRuns: 500 },
  );
});
