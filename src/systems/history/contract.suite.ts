import { describe, expect, test } from 'vitest';
import type { History, HistoryEvent, NewPlanRow, RunRecord } from './contract.ts';
import { inventoryContract } from './inventory.suite.ts';

const never = new AbortController().signal;
/** The largest number that all of JavaScript, JSON and the databases have alike. */
const LARGEST = Number.MAX_SAFE_INTEGER;

export const runOf = (id: string, more: Partial<RunRecord> = {}): RunRecord => ({
  id,
  schedule: 'nightly',
  flow: 'prune',
  trigger: 'schedule',
  dueAtMs: 1000,
  state: 'planning',
  ...more,
});

export const rowOf = (n: number, more: Partial<NewPlanRow> = {}): NewPlanRow => ({
  n,
  verb: 'delete-tag',
  group: 'team/app',
  target: `registry.example/team/app:v${n}`,
  reasonCode: 'retired',
  reason: 'retired by its owner',
  freesBytes: 10,
  line: `{"n":${n}}`,
  ...more,
});

async function linesOf(history: History, runId: string): Promise<readonly string[]> {
  const lines: string[] = [];
  for await (const line of history.planLines(runId)) lines.push(line);
  return lines;
}

/** What every history has to do. `open` gives an empty one. */
export function historyContract(name: string, open: () => Promise<History>): void {
  const withHistory = (work: (history: History) => Promise<void>) => async () => {
    const history = await open();
    try {
      await work(history);
    } finally {
      await history.close();
    }
  };

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

  describe(`what happened, in ${name}`, () => {
    const event = (atMs: number, runId?: string): Omit<HistoryEvent, 'id'> => ({
      atMs,
      ...(runId === undefined ? {} : { runId }),
      type: 'run.state',
      data: { text: 'ü\0', n: LARGEST, none: null },
    });

    test(
      'is numbered as it came, and told after a number',
      withHistory(async (history) => {
        expect(await history.lastEventId()).toBe(0);
        const first = await history.addEvent(event(1, 'a'));
        const second = await history.addEvent(event(2));
        const third = await history.addEvent(event(3, 'a'));
        expect(first).toEqual({ ...event(1, 'a'), id: first.id });
        expect(second.id).toBeGreaterThan(first.id);
        expect(await history.lastEventId()).toBe(third.id);
        expect(await history.events({ limit: 10 })).toEqual([first, second, third]);
        expect(await history.events({ limit: 1, afterId: first.id })).toEqual([second]);
        expect(await history.events({ limit: 5, runId: 'a' })).toEqual([first, third]);
        expect(await history.events({ limit: 5, runId: 'a', afterId: first.id })).toEqual([third]);
      }),
    );

    test(
      'who did what is told newest first, a page at a time',
      withHistory(async (history) => {
        const entry = { atMs: 1, who: 'ann', role: 'admin', what: 'approve' };
        await history.addAudit({ ...entry, runId: 'a', planHash: 'ff', note: 'yes\0' });
        await history.addAudit(entry);
        await history.addAudit({ ...entry, runId: 'a' });
        const all = await history.audit({ limit: 10 });
        expect(all.map(({ id, ...rest }) => rest)).toEqual([
          { ...entry, runId: 'a' },
          entry,
          { ...entry, runId: 'a', planHash: 'ff', note: 'yes\0' },
        ]);
        expect(await history.audit({ limit: 1, beforeId: all[0]!.id })).toEqual([all[1]]);
        expect(await history.audit({ limit: 5, runId: 'a' })).toEqual([all[0], all[2]]);
      }),
    );

    test(
      'disks are told by their newest reading, and by all of one since a moment',
      withHistory(async (history) => {
        const reading = (target: string, atMs: number, usedBytes = 5) =>
          ({ target, kind: 'node', atMs, usedBytes, highPercent: 85 }) as const;
        await history.addDisk(reading('b', 10));
        await history.addDisk(reading('a', 30, LARGEST));
        await history.addDisk(reading('a', 20));
        await history.addDisk(reading('a', 20, 6));
        expect(await history.disks()).toEqual([reading('a', 30, LARGEST), reading('b', 10)]);
        expect(await history.diskHistory('a', 20)).toEqual([reading('a', 20, 6), reading('a', 30, LARGEST)]);
        expect(await history.diskHistory('a', 21)).toEqual([reading('a', 30, LARGEST)]);
      }),
    );

    test(
      'notes are written, swapped only for what is believed of them, and removed',
      withHistory(async (history) => {
        expect(await history.noted('k')).toBeUndefined();
        expect(await history.swapNote('k', 'x', 'y')).toBe(false);
        expect(await history.swapNote('k', undefined, 'one')).toBe(true);
        expect(await history.swapNote('k', undefined, 'two')).toBe(false);
        expect(await history.swapNote('k', 'one', 'two')).toBe(true);
        expect(await history.noted('k')).toBe('two');
        await history.note('k', 'three');
        await history.note('other', '');
        await history.note('k', undefined);
        expect([await history.noted('k'), await history.noted('other')]).toEqual([undefined, '']);
        const swaps = await Promise.all(
          Array.from({ length: 6 }, (_, at) => history.swapNote('k', undefined, `${at}`)),
        );
        expect(swaps.filter(Boolean)).toHaveLength(1);
      }),
    );
  });

  describe(`forgetting in ${name}`, () => {
    const limits = { endedBeforeMs: 0, keepRuns: 100, diskBeforeMs: 0, auditBeforeMs: 0 };
    const ended = (id: string, atMs: number, more: Partial<RunRecord> = {}) =>
      runOf(id, { dueAtMs: atMs, endedAtMs: atMs, state: 'done', ...more });

    test(
      'takes old runs with all that is theirs, and leaves open ones and the last of each schedule',
      withHistory(async (history) => {
        for (const run of [
          ended('old', 10),
          runOf('open', { dueAtMs: 5 }),
          ended('newer', 60),
          ended('alone', 1, { schedule: 'weekly' }),
        ]) {
          await history.claimRun(run);
          await history.savePlan(run.id, '{}', [rowOf(0)], []);
          await history.saveReport(run.id, run.id);
          await history.addEvent({ atMs: 55, runId: run.id, type: 't', data: {} });
        }
        await history.addEvent({ atMs: 49, type: 'service', data: {} });
        await history.addEvent({ atMs: 50, type: 'service', data: {} });
        const last = await history.lastEventId();

        expect(await history.forget({ ...limits, endedBeforeMs: 50 })).toBe(1);

        expect((await history.runs({ limit: 9 })).map(({ id }) => id)).toEqual(['newer', 'open', 'alone']);
        expect(await linesOf(history, 'old')).toEqual([]);
        expect(await history.report('old')).toBeUndefined();
        expect(await history.events({ limit: 9, runId: 'old' })).toEqual([]);
        expect((await history.events({ limit: 9 })).map(({ atMs }) => atMs)).toEqual([55, 55, 55, 50]);
        expect(await linesOf(history, 'newer')).toEqual(['{}', '{"n":0}']);
        expect((await history.addEvent({ atMs: 60, type: 't', data: {} })).id).toBeGreaterThan(last);
        expect(await history.forget({ ...limits, endedBeforeMs: 50 })).toBe(0);
      }),
    );

    test(
      'takes all but the newest runs of each schedule',
      withHistory(async (history) => {
        for (const at of [1, 2, 3, 4]) {
          await history.claimRun(ended(`n${at}`, at));
          await history.claimRun(ended(`w${at}`, at, { schedule: 'weekly' }));
        }
        expect(await history.forget({ ...limits, keepRuns: 2 })).toBe(4);
        expect((await history.runs({ limit: 9, schedule: 'weekly' })).map(({ id }) => id)).toEqual(['w4', 'w3']);
        expect(await history.forget({ ...limits, keepRuns: 0 })).toBe(2);
        expect(await history.countRuns()).toEqual({ done: 2 });
      }),
    );

    test(
      'never gives a number twice, even when all is gone',
      withHistory(async (history) => {
        const { id } = await history.addEvent({ atMs: 1, type: 't', data: {} });
        await history.addAudit({ atMs: 1, who: 'a', role: 'r', what: 'w' });
        const [audit] = await history.audit({ limit: 1 });
        await history.forget({ ...limits, endedBeforeMs: 9, auditBeforeMs: 9 });
        await history.addAudit({ atMs: 1, who: 'a', role: 'r', what: 'w' });
        expect((await history.addEvent({ atMs: 1, type: 't', data: {} })).id).toBeGreaterThan(id);
        expect((await history.audit({ limit: 1 }))[0]!.id).toBeGreaterThan(audit!.id);
      }),
    );

    test(
      'takes disk readings and audit entries by their own moments',
      withHistory(async (history) => {
        for (const atMs of [10, 20]) {
          await history.addDisk({ target: 'a', kind: 'store', atMs, usedBytes: 1 });
          await history.addAudit({ atMs, who: 'a', role: 'r', what: 'w' });
        }
        await history.addDisk({ target: 'b', kind: 'store', atMs: 10, usedBytes: 1 });
        await history.forget({ ...limits, diskBeforeMs: 20, auditBeforeMs: 20 });
        expect((await history.diskHistory('a', 0)).map(({ atMs }) => atMs)).toEqual([20]);
        expect((await history.disks()).map(({ target }) => target)).toEqual(['a']);
        expect((await history.audit({ limit: 9 })).map(({ atMs }) => atMs)).toEqual([20]);
      }),
    );
  });

  inventoryContract(name, withHistory);

  test(`${name} says whether it answers, and which it is`, async () => {
    const history = await open();
    await history.check(never);
    await expect(history.check(AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough');
    expect(history.name).not.toBe('');
    await history.close();
    await history.close();
  });
}
