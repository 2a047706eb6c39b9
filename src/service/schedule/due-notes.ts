import type { History } from '../../systems/history/contract.ts';

/**
 * The due time of each schedule up to which everything is taken care of, as the history notes it. Only the replica that runs the schedules
 * writes it, so that what was read once is known.
 */
export interface DueNotes {
  /** A schedule that was never seen begins now: nothing of before was missed. */
  doneMs(schedule: string, nowMs: number): Promise<number>;
  /** @param dueMs - is taken care of by now, and all before it */
  advance(schedule: string, dueMs: number): Promise<void>;
}

const keyOf = (schedule: string) => `due:${schedule}`;

export function dueNotes(history: Pick<History, 'noted' | 'swapNote'>): DueNotes {
  const known = new Map<string, number>();

  async function read(schedule: string, nowMs: number): Promise<number> {
    const noted = await notedDueMs(history, schedule);
    if (noted !== undefined) return noted;
    await history.swapNote(keyOf(schedule), undefined, String(nowMs));
    return (await notedDueMs(history, schedule)) ?? nowMs;
  }

  return {
    async doneMs(schedule, nowMs) {
      const doneMs = known.get(schedule) ?? (await read(schedule, nowMs));
      known.set(schedule, doneMs);
      return doneMs;
    },
    async advance(schedule, dueMs) {
      const believed = known.get(schedule);
      const isOurs =
        believed !== undefined && (await history.swapNote(keyOf(schedule), String(believed), String(dueMs)));
      if (isOurs) known.set(schedule, dueMs);
      else known.delete(schedule); // somebody else has written: it is read anew
    },
  };
}

/** @returns undefined for a schedule that was never seen */
export async function notedDueMs(history: Pick<History, 'noted'>, schedule: string): Promise<number | undefined> {
  const noted = Number((await history.noted(keyOf(schedule))) ?? Number.NaN);
  return Number.isFinite(noted) ? noted : undefined;
}
