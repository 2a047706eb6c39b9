import { describe, expect, test } from 'vitest';
import type { HistoryEvent } from './contract.ts';
import { LARGEST, type WithHistory } from './history-ground.suite.ts';

/** What every history has to do with what happened: events, who did what, disks and notes. */
export function happenedContract(name: string, withHistory: WithHistory): void {
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
}
