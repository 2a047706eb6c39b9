import { cronTimes } from '../../config/cron.ts';
import type { ScheduleSettings } from '../../config/serve-settings.ts';
import { sha256Hex } from '../../util/pure/hash.ts';

/** What due times depend on. */
export type DueSettings = Pick<ScheduleSettings, 'name' | 'cron' | 'timeZone' | 'jitterMs'>;

/** What was due and is not done yet. */
export interface Overdue {
  /** The last of them, as `cron` says: UTC milliseconds. */
  readonly dueAtMs: number;
  /** When it was to begin: {@link dueAtMs} and its jitter. */
  readonly beginsAtMs: number;
  /** How many there were; never more than {@link MOST_COUNTED}. */
  readonly count: number;
}

/** Of a schedule by the second that nobody did for a year, nobody wants to know the number. */
export const MOST_COUNTED = 1000;
const MOST_LOOKED_AT = 2000;

/** How much later a due time begins: the same whoever asks, and different for each schedule. Whole seconds. */
export function jitterOf({ name, jitterMs }: DueSettings, dueAtMs: number): number {
  const seconds = Math.floor(jitterMs / 1000);
  if (seconds === 0) return 0;
  const draw = Number.parseInt(sha256Hex(`${name}\0${dueAtMs}`).slice(0, 12), 16) / 2 ** 48;
  return Math.floor(draw * (seconds + 1)) * 1000;
}

/**
 * What has become due since the last due time that was taken care of.
 *
 * @param doneMs - that due time, as `cron` says
 * @returns undefined where there is nothing
 */
export function overdueSince(schedule: DueSettings, doneMs: number, nowMs: number): Overdue | undefined {
  const times = cronTimes(schedule.cron, schedule.timeZone);
  const dueAtMs = lastBegun(schedule, times.previous, doneMs, nowMs);
  if (dueAtMs === undefined) return undefined;
  let count = 0;
  for (let at = times.next(doneMs); at !== undefined && at <= dueAtMs && count < MOST_COUNTED; at = times.next(at))
    count += 1;
  return { dueAtMs, beginsAtMs: dueAtMs + jitterOf(schedule, dueAtMs), count };
}

function lastBegun(
  schedule: DueSettings,
  previous: (beforeMs: number) => number | undefined,
  doneMs: number,
  nowMs: number,
): number | undefined {
  const hasBegun = (at: number) => at + jitterOf(schedule, at) <= nowMs;
  let at = previous(nowMs + 1000);
  for (let looked = 0; looked < MOST_LOOKED_AT && at !== undefined && at > doneMs; looked += 1) {
    if (hasBegun(at)) return at;
    at = previous(at);
  }
  if (at === undefined || at <= doneMs) return undefined;
  // So many lie within the jitter: what is older than the longest jitter has begun for sure.
  const sure = previous(nowMs - schedule.jitterMs + 1000);
  return sure !== undefined && sure > doneMs && hasBegun(sure) ? sure : undefined;
}

/** When the next run begins, jitter included: after a moment, and for none of the due times up to `doneMs`. */
export function nextBeginAtMs(
  schedule: DueSettings,
  nowMs: number,
  doneMs = Number.NEGATIVE_INFINITY,
): number | undefined {
  const times = cronTimes(schedule.cron, schedule.timeZone);
  let best: number | undefined;
  let at = times.next(Math.max(doneMs, nowMs - schedule.jitterMs - 1000));
  for (let looked = 0; looked < MOST_LOOKED_AT && at !== undefined; looked += 1) {
    if (best !== undefined && at > best) break;
    const beginsAtMs = at + jitterOf(schedule, at);
    if (beginsAtMs > nowMs && (best === undefined || beginsAtMs < best)) best = beginsAtMs;
    at = times.next(at);
  }
  return best;
}

/** Between its next two due times; undefined where there are no two. */
export function intervalOf(schedule: DueSettings, nowMs: number): number | undefined {
  const { next } = cronTimes(schedule.cron, schedule.timeZone);
  const first = next(nowMs);
  const second = first === undefined ? undefined : next(first);
  return first === undefined || second === undefined ? undefined : second - first;
}

/** `20261121T030000Z`, for ids of runs. */
export function dueWords(atMs: number): string {
  return new Date(atMs).toISOString().replace(/[-:]|[.]\d+/g, '');
}
