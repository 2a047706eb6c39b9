import type { ScheduleSettings } from '../../config/serve-settings.ts';
import type { History } from '../../systems/history/contract.ts';
import type { ScheduleView } from '../desk.ts';
import { notedDueMs } from './due-notes.ts';
import { intervalOf, nextBeginAtMs } from './due-times.ts';

/** The schedules of the settings, each with what becomes of it and what became of it last. */
export async function scheduleViews(
  history: Pick<History, 'noted' | 'runs'>,
  schedules: readonly ScheduleSettings[],
  nowMs: number,
): Promise<readonly ScheduleView[]> {
  return await Promise.all(schedules.map((schedule) => viewOf(history, schedule, nowMs)));
}

async function viewOf(
  history: Pick<History, 'noted' | 'runs'>,
  schedule: ScheduleSettings,
  nowMs: number,
): Promise<ScheduleView> {
  const { name, flow, cron, timeZone, mode, suspend } = schedule;
  const [[lastRun], [lastSuccess], doneMs] = await Promise.all([
    history.runs({ schedule: name, limit: 1 }),
    history.runs({ schedule: name, states: ['done', 'nothing', 'planned'], limit: 1 }),
    notedDueMs(history, name),
  ]);
  const nextDueAtMs = suspend ? undefined : nextBeginAtMs(schedule, nowMs, doneMs);
  const intervalMs = intervalOf(schedule, nowMs);
  return {
    ...{ name, flow, cron, timeZone, mode, suspended: suspend },
    ...(nextDueAtMs === undefined ? {} : { nextDueAtMs }),
    ...(intervalMs === undefined ? {} : { intervalMs }),
    ...(lastRun === undefined ? {} : { lastRun }),
    ...(lastSuccess === undefined ? {} : { lastSuccess }),
  };
}
