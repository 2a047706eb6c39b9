import { describe, expect, test } from 'vitest';
import type { History } from './contract.ts';
import { LARGEST, runOf, type WithHistory } from './history-ground.suite.ts';

/** What every history has to do with runs. */
export function runsContract(name: string, withHistory: WithHistory): void {
  describe(`runs in ${name}`, () => {
    test(
      'are claimed once, whoever comes second',
      withHistory(async (history) => {
        const run = runOf('a', { plannedBytes: LARGEST, why: ['a “reason”\0'], counts: { found: 0 } });
        expect(await history.claimRun(run)).toBe(true);
        expect(await history.claimRun({ ...run, state: 'done' })).toBe(false);
        expect(await history.run('a')).toEqual(run);
        expect(await history.run('b')).toBeUndefined();
      }),
    );

    test(
      'of many that claim and move the same one, one has it',
      withHistory(async (history) => {
        const claims = await Promise.all(Array.from({ length: 8 }, () => history.claimRun(runOf('a'))));
        expect(claims.filter(Boolean)).toHaveLength(1);
        const moves = await Promise.all(
          Array.from({ length: 8 }, (_, at) => history.moveRun('a', ['planning'], { state: 'waiting', by: `p${at}` })),
        );
        const moved = moves.filter((run) => run !== undefined);
        expect(moved).toHaveLength(1);
        expect(await history.run('a')).toEqual(moved[0]);
      }),
    );

    test(
      'change only from the states that were named, and only in what was said',
      withHistory(async (history) => {
        await history.claimRun(runOf('a', { target: 'registry.example', gaps: 2 }));
        expect(await history.moveRun('a', ['waiting'], { state: 'approved' })).toBeUndefined();
        expect(await history.moveRun('unknown', ['planning'], { state: 'approved' })).toBeUndefined();

        const changed = await history.moveRun('a', ['waiting', 'planning'], {
          state: 'waiting',
          planId: 'p',
          target: undefined as never,
        });

        expect(changed).toEqual(runOf('a', { target: 'registry.example', gaps: 2, state: 'waiting', planId: 'p' }));
        expect(await history.run('a')).toEqual(changed);
        expect(await history.countRuns()).toEqual({ waiting: 1 });
      }),
    );

    test(
      'are listed newest first, by schedule, flow, state and page',
      withHistory(async (history) => {
        await history.claimRun(runOf('a', { dueAtMs: 1000 }));
        await history.claimRun(runOf('b', { dueAtMs: 3000, schedule: 'weekly' }));
        await history.claimRun(runOf('c', { dueAtMs: 2000, flow: 'node-gc', state: 'done' }));
        await history.claimRun(runOf('d', { dueAtMs: 2000 }));
        const ids = async (query: Parameters<History['runs']>[0]) => (await history.runs(query)).map(({ id }) => id);

        expect(await ids({ limit: 10 })).toEqual(['b', 'd', 'c', 'a']);
        expect(await ids({ limit: 2 })).toEqual(['b', 'd']);
        expect(await ids({ limit: 10, dueBeforeMs: 2000 })).toEqual(['a']);
        expect(await ids({ limit: 10, schedule: 'nightly' })).toEqual(['d', 'c', 'a']);
        expect(await ids({ limit: 10, schedule: 'nightly', flow: 'prune' })).toEqual(['d', 'a']);
        expect(await ids({ limit: 10, states: ['done', 'failed'] })).toEqual(['c']);
        expect(await ids({ limit: 10, states: [] })).toEqual([]);
        expect(await history.countRuns()).toEqual({ planning: 3, done: 1 });
      }),
    );

    test(
      'keep the report of their last process',
      withHistory(async (history) => {
        expect(await history.report('a')).toBeUndefined();
        await history.saveReport('a', '{"one":1}');
        await history.saveReport('a', '{"two":"ü"}');
        expect(await history.report('a')).toBe('{"two":"ü"}');
      }),
    );
  });
}
