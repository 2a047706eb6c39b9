import type { ScheduleSettings } from '../../config/serve-settings.ts';
import type { History, RunRecord } from '../../systems/history/contract.ts';
import type { Log } from '../log.ts';
import type { DueNotes } from './due-notes.ts';
import { dueWords, type Overdue, overdueSince } from './due-times.ts';

export interface DueParts {
  readonly history: History;
  readonly notes: DueNotes;
  readonly log: Log;
  readonly nowMs: () => number;
}

/** What begins later than this was missed: nobody was there to do it. */
const LATE_MS = 60_000;

/**
 * Adds a run for each schedule that is due and has none under way. Of several times that were missed, one is caught up.
 *
 * First the run, then the note: who dies between the two finds the run there, by its id, and adds no second one.
 *
 * @param open - runs that go on, or wait
 */
export async function beginDue(
  parts: DueParts,
  schedules: readonly ScheduleSettings[],
  open: readonly Pick<RunRecord, 'schedule'>[],
): Promise<void> {
  for (const schedule of schedules) {
    const { notes, nowMs } = parts;
    const overdue = overdueSince(schedule, await notes.doneMs(schedule.name, nowMs()), nowMs());
    if (overdue === undefined) continue;
    if (schedule.suspend) await notes.advance(schedule.name, overdue.dueAtMs);
    else if (!open.some((run) => run.schedule === schedule.name)) await begin(parts, schedule, overdue);
  }
}

async function begin(parts: DueParts, schedule: ScheduleSettings, overdue: Overdue): Promise<void> {
  const { history, notes, log, nowMs } = parts;
  const { name, flow, catchUp } = schedule;
  const { dueAtMs, beginsAtMs, count } = overdue;
  const isLate = nowMs() - beginsAtMs > LATE_MS;
  const missed = isLate && !catchUp ? count : count - 1;
  if (missed > 0) {
    log.warn('times of a schedule were missed', { schedule: name, missed });
    const data = { schedule: name, missed, lastDueAtMs: dueAtMs, caughtUp: !isLate || catchUp };
    await history.addEvent({ atMs: nowMs(), type: 'schedule.missed', data });
  }
  if (!isLate || catchUp) {
    const trigger = isLate || count > 1 ? 'catch-up' : 'schedule';
    const id = `${name}-${dueWords(dueAtMs)}`;
    const isNew = await history.claimRun({ id, schedule: name, flow, trigger, dueAtMs, state: 'planning' });
    if (isNew) log.info('a run is due', { run_id: id, trigger });
  }
  await notes.advance(name, dueAtMs);
}
