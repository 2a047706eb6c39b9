import { describe, expect, test } from 'vitest';
import { LARGEST, linesOf, rowOf, type WithHistory } from './history-ground.suite.ts';

/** What every history has to do with plans. */
export function plansContract(name: string, withHistory: WithHistory): void {
  describe(`plans in ${name}`, () => {
    test(
      'are given back line by line as they were',
      withHistory(async (history) => {
        const line = JSON.stringify({ text: 'ü “x” \0 \u2028', n: LARGEST });
        await history.savePlan('a', '{"plan":"v1"}', [rowOf(0, { line }), rowOf(1)], ['{"sha":1}', '{"end":true}']);
        expect(await linesOf(history, 'a')).toEqual(['{"plan":"v1"}', line, '{"n":1}', '{"sha":1}', '{"end":true}']);
        expect(await history.planHeader('a')).toEqual({ plan: 'v1' });
        expect(await linesOf(history, 'b')).toEqual([]);
        expect(await history.planHeader('b')).toBeUndefined();
        expect(await history.planRows('b', { limit: 10 })).toEqual([]);
      }),
    );

    test(
      'of many rows come back whole, and in order',
      withHistory(async (history) => {
        async function* rows() {
          for (let n = 0; n < 5001; n += 1) yield rowOf(n, { freesBytes: n });
        }
        await history.savePlan('a', '{}', rows(), []);
        expect(await linesOf(history, 'a')).toEqual(['{}', ...Array.from({ length: 5001 }, (_, n) => `{"n":${n}}`)]);
        expect(await history.planSums('a', {})).toMatchObject({ actions: 5001, freesBytes: (5000 * 5001) / 2 });
        const page = await history.planRows('a', { fromN: 4999, limit: 10 });
        expect(page.map(({ n }) => n)).toEqual([4999, 5000]);
        const before = await history.planRows('a', { beforeN: 4999, limit: 2, verb: 'delete-tag' });
        expect(before.map(({ n }) => n)).toEqual([4997, 4998]);
      }),
    );

    test(
      'are replaced as a whole, and not by one whose source fails',
      withHistory(async (history) => {
        await history.savePlan('a', '{"old":1}', [rowOf(0), rowOf(1)], ['end']);
        function* failing() {
          for (let n = 0; n < 3000; n += 1) yield rowOf(n, { line: 'new' });
          throw new Error('the child has died');
        }
        await expect(history.savePlan('a', '{"new":1}', failing(), [])).rejects.toThrow('the child has died');
        expect(await linesOf(history, 'a')).toEqual(['{"old":1}', '{"n":0}', '{"n":1}', 'end']);

        await history.savePlan('a', '{"new":1}', [rowOf(0, { line: 'new' })], []);

        expect(await linesOf(history, 'a')).toEqual(['{"new":1}', 'new']);
        expect(await history.planSums('a', {})).toMatchObject({ actions: 1 });
      }),
    );

    test(
      'can be without any row',
      withHistory(async (history) => {
        await history.savePlan('a', '{}', [], ['end']);
        expect(await linesOf(history, 'a')).toEqual(['{}', 'end']);
        const none = { actions: 0, freesBytes: 0, byVerb: [], byReason: [], byGroup: [] };
        expect(await history.planSums('a', {})).toEqual(none);
        expect(await history.planSums('unknown', {})).toEqual(none);
      }),
    );

    const rows = [
      rowOf(0, { freesBytes: 100, outcome: 'done' }),
      rowOf(1, { target: 'registry.example/Team/App:V1_x%', group: 'Team/App' }),
      rowOf(2, { verb: 'delete-manifest', target: 'registry.example/team/app@sha256:ab', freesBytes: 1000 }),
      rowOf(3, { reasonCode: 'old', reason: 'not used for a year', outcome: 'failed', outcomeWhy: 'ü' }),
    ];

    test(
      'are searched by verb, group, reason, outcome and part of the target, whatever its case',
      withHistory(async (history) => {
        await history.savePlan('a', '{}', rows, []);
        const found = async (query: object) => (await history.planRows('a', { limit: 10, ...query })).map(({ n }) => n);
        expect(await found({})).toEqual([0, 1, 2, 3]);
        expect(await found({ limit: 2 })).toEqual([0, 1]);
        expect(await found({ verb: 'delete-tag' })).toEqual([0, 1, 3]);
        expect(await found({ verb: 'delete-tag', fromN: 1, limit: 1 })).toEqual([1]);
        expect(await found({ verb: 'delete-tag', beforeN: 3, limit: 1 })).toEqual([1]);
        expect(await found({ beforeN: 3, limit: 2 })).toEqual([1, 2]);
        expect(await found({ beforeN: 99, outcome: 'failed' })).toEqual([3]);
        expect(await found({ text: 'team/app:v', beforeN: 3 })).toEqual([0, 1]);
        expect(await found({ beforeN: 0 })).toEqual([]);
        expect(await found({ verb: 'delete-tag', group: 'team/app' })).toEqual([0, 3]);
        expect(await found({ verb: 'delete-tag', group: 'team/app', reasonCode: 'old', outcome: 'failed' })).toEqual([
          3,
        ]);
        expect(await found({ group: 'nobody', verb: 'delete-tag' })).toEqual([]);
        expect(await found({ outcome: 'done' })).toEqual([0]);
        expect(await found({ text: 'TEAM/app:v' })).toEqual([0, 1, 3]);
        expect(await found({ text: 'v1_X%' })).toEqual([1]);
        expect(await found({ text: '%' })).toEqual([1]);
        expect(await found({ text: 'SHA256', verb: 'delete-tag' })).toEqual([]);
        const [, , , last] = await history.planRows('a', { limit: 10 });
        const { line, ...wanted } = rows[3]!;
        expect(last).toEqual(wanted);
      }),
    );

    test(
      'are added up by what a query finds',
      withHistory(async (history) => {
        await history.savePlan('a', '{}', rows, []);
        expect(await history.planSums('a', {})).toEqual({
          actions: 4,
          freesBytes: 1120,
          byVerb: [
            { key: 'delete-manifest', actions: 1, freesBytes: 1000 },
            { key: 'delete-tag', actions: 3, freesBytes: 120 },
          ],
          byReason: [
            { key: 'retired', actions: 3, freesBytes: 1110 },
            { key: 'old', actions: 1, freesBytes: 10 },
          ],
          byGroup: [
            { key: 'team/app', actions: 3, freesBytes: 1110 },
            { key: 'Team/App', actions: 1, freesBytes: 10 },
          ],
        });
        expect(await history.planSums('a', { verb: 'delete-tag' })).toMatchObject({ actions: 3, freesBytes: 120 });
        expect(await history.planSums('a', { outcome: 'failed' })).toMatchObject({ actions: 1, freesBytes: 10 });
        expect(await history.planSums('a', { text: 'team/APP:' })).toMatchObject({ actions: 3, freesBytes: 120 });
        expect(await history.planSums('a', { text: 'team', verb: 'delete-tag' })).toMatchObject({ actions: 3 });
      }),
    );

    test(
      'name the fifty groups that free most',
      withHistory(async (history) => {
        const many = Array.from({ length: 120 }, (_, n) => rowOf(n, { group: `g${n}`, freesBytes: n }));
        await history.savePlan('a', '{}', many, []);
        const { byGroup } = await history.planSums('a', {});
        expect(byGroup).toHaveLength(50);
        expect(byGroup[0]).toEqual({ key: 'g119', actions: 1, freesBytes: 119 });
        expect((await history.planSums('a', { verb: 'delete-tag' })).byGroup).toEqual(byGroup);
        expect((await history.planSums('a', { text: 'registry' })).byGroup).toEqual(byGroup);
      }),
    );

    test(
      'hold bytes up to the largest whole number',
      withHistory(async (history) => {
        await history.savePlan('a', '{}', [rowOf(0, { freesBytes: LARGEST })], []);
        expect((await history.planRows('a', { limit: 1 }))[0]?.freesBytes).toBe(LARGEST);
        expect((await history.planSums('a', { verb: 'delete-tag' })).freesBytes).toBe(LARGEST);
      }),
    );

    test(
      'note what became of their actions, and count by it',
      withHistory(async (history) => {
        await history.savePlan('a', '{}', [rowOf(0), rowOf(1), rowOf(2)], []);
        await history.noteOutcomes('a', [
          { n: 0, outcome: 'failed', why: 'first' },
          { n: 0, outcome: 'done' },
          { n: 1, outcome: 'skipped', why: 'held by a pod' },
          { n: 99, outcome: 'done' },
        ]);
        await history.noteOutcomes('a', [{ n: 1, outcome: 'skipped', why: 'held by a pod' }]);
        await history.noteOutcomes('a', []);
        await history.noteOutcomes('unknown', [{ n: 0, outcome: 'done' }]);

        const told = (await history.planRows('a', { limit: 5 })).map(({ outcome, outcomeWhy }) => [
          outcome,
          outcomeWhy,
        ]);
        expect(told).toEqual([
          ['done', undefined],
          ['skipped', 'held by a pod'],
          [undefined, undefined],
        ]);
        expect(await history.planSums('a', { outcome: 'skipped' })).toMatchObject({ actions: 1, freesBytes: 10 });
        expect(await history.planSums('a', { outcome: 'failed' })).toMatchObject({ actions: 0, byGroup: [] });
        expect(
          (await history.planRows('a', { outcome: 'done', verb: 'delete-tag', limit: 5 })).map(({ n }) => n),
        ).toEqual([0]);
        expect(await linesOf(history, 'a')).toEqual(['{}', '{"n":0}', '{"n":1}', '{"n":2}']);
      }),
    );

    test(
      'are compared by verb and target',
      withHistory(async (history) => {
        const same = { target: 'r/a:same' };
        await history.savePlan(
          'a',
          '{}',
          [rowOf(0, same), rowOf(1, { target: 'r/a:gone', freesBytes: 7 }), rowOf(2)],
          [],
        );
        await history.savePlan(
          'b',
          '{}',
          [rowOf(0, { ...same, verb: 'unlink-tag' }), rowOf(1, { ...same, freesBytes: 5 }), rowOf(2)],
          [],
        );
        const told = await history.comparePlans('a', 'b', 1);
        expect(told).toMatchObject({
          onlyInFirst: { key: '', actions: 1, freesBytes: 7 },
          onlyInSecond: { key: '', actions: 1, freesBytes: 10 },
          inBoth: { key: '', actions: 2, freesBytes: 15 },
        });
        expect(told.firstRows.map(({ target }) => target)).toEqual(['r/a:gone']);
        expect(told.secondRows.map(({ verb }) => verb)).toEqual(['unlink-tag']);
        expect((await history.comparePlans('a', 'b', 0)).firstRows).toEqual([]);
        expect(await history.comparePlans('a', 'none', 9)).toMatchObject({
          onlyInFirst: { actions: 3 },
          inBoth: { actions: 0 },
        });
        expect(await history.comparePlans('none', 'b', 9)).toMatchObject({
          onlyInSecond: { actions: 3 },
          inBoth: { actions: 0 },
        });
        expect(await history.comparePlans('none', 'nor', 9)).toMatchObject({
          onlyInSecond: { actions: 0 },
          firstRows: [],
        });
      }),
    );
  });
}
