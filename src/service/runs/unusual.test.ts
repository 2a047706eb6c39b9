import { describe, expect, test } from 'vitest';
import type { RunRecord } from '../../systems/history/contract.ts';
import { type PlanToJudge, unusualThings } from './unusual.ts';

const plan = (more: Partial<PlanToJudge> = {}): PlanToJudge => ({
  ...{ exitCode: 0, broken: [], gaps: 0, found: 100, planned: 10, plannedBytes: 1000, ...more },
});

const done = (more: Partial<RunRecord> = {}): RunRecord => ({
  ...{ id: 'x', schedule: 'a', flow: 'prune', trigger: 'schedule', dueAtMs: 1, state: 'done' },
  ...{ counts: { found: 100, planned: 10, removed: 10 }, plannedBytes: 1000, ...more },
});

describe('a plan', () => {
  test('like those before it has nothing unusual about it', () => {
    expect(unusualThings(plan(), [done(), done()], 3)).toEqual([]);
  });

  test.each([
    ['there was nothing before', []],
    ['those before were rejected', [done({ state: 'rejected', counts: { planned: 10 } })]],
    ['those before only planned', [done({ state: 'planned', counts: { planned: 10 } })]],
    ['those before had nothing to do', [done({ state: 'nothing', counts: { planned: 0, removed: 0 } })]],
    ['only an undo went before', [done({ trigger: 'undo' })]],
  ])('is the first when %s', (_, past) => {
    expect(unusualThings(plan(), past, 3)).toEqual(['It is the first of this schedule: none was applied before.']);
  });

  test('is unusual when it breaks a limit, or could not see everything', () => {
    const broken = ['maxShare: 95 of 100 tags would go, more than 90 %'];
    expect(unusualThings(plan({ broken, exitCode: 4 }), [done()], 3)).toEqual([`It breaks a limit: ${broken[0]}.`]);
    expect(unusualThings(plan({ exitCode: 5 }), [done()], 3)).toEqual([
      expect.stringContaining('evidence is incomplete'),
    ]);
  });

  test('is unusual with more gaps than the last ones, not with as many', () => {
    expect(unusualThings(plan({ gaps: 2 }), [done({ gaps: 2 })], 3)).toEqual([]);
    expect(unusualThings(plan({ gaps: 3 }), [done({ gaps: 2 })], 3)).toEqual([
      expect.stringContaining('more than the 2'),
    ]);
  });

  test('is unusual when less than half is found of what the last run left', () => {
    expect(unusualThings(plan({ found: 45 }), [done()], 3)).toEqual([]);
    expect(unusualThings(plan({ found: 44 }), [done()], 3)).toEqual([expect.stringContaining('Only 44 things')]);
  });

  test('is unusual when it grew beyond the largest of the last five, in actions or in bytes', () => {
    const past = [10, 20, 10, 10, 10, 500].map((planned) => done({ counts: { found: 100, planned, removed: 1 } }));
    expect(unusualThings(plan({ planned: 60 }), past, 3)).toEqual([]);
    expect(unusualThings(plan({ planned: 61 }), past, 3)).toEqual([expect.stringContaining('61 actions')]);
    const large = done({ plannedBytes: 1e9 });
    expect(unusualThings(plan({ plannedBytes: 3e9 }), [large], 3)).toEqual([]);
    expect(unusualThings(plan({ plannedBytes: 3e9 + 1 }), [large], 3)).toEqual([expect.stringContaining('bytes')]);
  });

  test('of a few actions never grew too much', () => {
    expect(unusualThings(plan({ planned: 9 }), [done({ counts: { found: 100, planned: 1, removed: 1 } })], 3)).toEqual(
      [],
    );
  });
});
