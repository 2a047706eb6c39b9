import { describe, expect, test } from 'vitest';
import type { RunRecord } from './contract.ts';
import { linesOf, rowOf, runOf, type WithHistory } from './history-ground.suite.ts';

/** What every history has to forget, and what never. */
export function forgettingContract(name: string, withHistory: WithHistory): void {
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
}
