import { counted } from '../../report/words.ts';
import type { DiskReading, RunRecord, RunState } from '../../systems/history/contract.ts';
import { formatBytes } from '../../util/pure/bytes.ts';
import { formatDuration } from '../../util/pure/duration.ts';
import type { ScheduleView } from '../desk.ts';

/** Something that somebody should look at. */
export interface Need {
  readonly tone: 'wait' | 'warn' | 'bad';
  /** What it is about: a schedule, or a place. */
  readonly about: string;
  /** A sentence or two. */
  readonly words: string;
  /** Where it can be seen to. */
  readonly runId?: string;
  /** Since when it is so. */
  readonly sinceMs?: number;
}

export interface NeedParts {
  readonly open: readonly RunRecord[];
  readonly schedules: readonly ScheduleView[];
  readonly readings: readonly DiskReading[];
  readonly watermark: { readonly high: number };
  readonly nowMs: number;
}

/** So many times may pass without a run that went well, before somebody is told. */
const MISSED_TIMES = 2;

/** What needs a person, the most pressing first: who is waited for, what failed, what has not gone well for long, what is full. */
export function needsOf({ open, schedules, readings, watermark, nowMs }: NeedParts): readonly Need[] {
  return [
    ...open.filter(({ state }) => state === 'waiting').map(waitingNeed),
    ...open.filter(({ state }) => state === 'interrupted').map(interruptedNeed),
    ...schedules.flatMap(endedNeed),
    ...schedules.flatMap((schedule) => lateNeed(schedule, nowMs)),
    ...readings.flatMap((reading) => fullNeed(reading, watermark.high)),
  ];
}

function waitingNeed({
  id,
  schedule,
  counts,
  plannedBytes = 0,
  broken = [],
  why = [],
  startedAtMs,
  planExpiresAtMs,
}: RunRecord): Need {
  const plan = `${counted(counts?.planned ?? 0, 'action')}, ${formatBytes(plannedBytes)}`;
  const asks = broken.length > 0 ? `A plan of ${plan} breaks limits.` : `A plan of ${plan} waits for approval.`;
  const until =
    planExpiresAtMs === undefined
      ? ''
      : ` It can be approved until ${new Date(planExpiresAtMs).toISOString().slice(0, 16).replace('T', ' ')} UTC.`;
  return {
    tone: 'wait',
    about: schedule,
    words: [asks, ...(broken.length > 0 ? broken : why).map(asSentence)].join(' ') + until,
    runId: id,
    ...(startedAtMs !== undefined && { sinceMs: startedAtMs }),
  };
}

function interruptedNeed({ id, schedule }: RunRecord): Need {
  return {
    tone: 'warn',
    about: schedule,
    words: 'A run was interrupted in the middle. It goes on by itself.',
    runId: id,
  };
}

const endings: Readonly<Partial<Record<RunState, { readonly tone: Need['tone']; readonly words: string }>>> = {
  failed: { tone: 'bad', words: 'The last run failed.' },
  partial: { tone: 'warn', words: 'The last run did only a part of its plan.' },
  incomplete: { tone: 'warn', words: 'The last run could not see everything, and kept what it could not judge.' },
  outdated: { tone: 'warn', words: 'The last plan was out of date before it was carried out.' },
  expired: { tone: 'warn', words: 'Nobody decided on the last plan in time.' },
};

function endedNeed({ name, lastRun }: ScheduleView): readonly Need[] {
  const ending = lastRun === undefined ? undefined : endings[lastRun.state];
  if (lastRun === undefined || ending === undefined) return [];
  const [first] = lastRun.why ?? [];
  const words = first === undefined ? ending.words : `${ending.words} ${asSentence(first)}`;
  const since = lastRun.endedAtMs === undefined ? {} : { sinceMs: lastRun.endedAtMs };
  return [{ tone: ending.tone, about: name, words, runId: lastRun.id, ...since }];
}

/** Only where the last run is no news by itself: then it is told already. */
function lateNeed({ name, suspended, intervalMs, lastRun, lastSuccess }: ScheduleView, nowMs: number): readonly Need[] {
  if (suspended || intervalMs === undefined || lastSuccess === undefined) return [];
  if (lastRun?.state === 'waiting' || (lastRun !== undefined && endings[lastRun.state] !== undefined)) return [];
  const sinceMs = lastSuccess.endedAtMs ?? lastSuccess.dueAtMs;
  if (nowMs - sinceMs <= MISSED_TIMES * intervalMs) return [];
  const words = `No run has gone well for ${formatDuration(nowMs - sinceMs)}.`;
  return [{ tone: 'warn', about: name, words, runId: lastSuccess.id, sinceMs }];
}

function fullNeed({ target, usedBytes, capacityBytes, highPercent, atMs }: DiskReading, high: number): readonly Need[] {
  if (capacityBytes === undefined || capacityBytes === 0) return [];
  const mark = highPercent === undefined ? high : highPercent / 100;
  const share = usedBytes / capacityBytes;
  if (share < mark) return [];
  const words = `It is ${Math.floor(share * 100)} % full, above its mark of ${Math.round(mark * 100)} %.`;
  return [{ tone: 'warn', about: target, words, sinceMs: atMs }];
}

function asSentence(words: string): string {
  const first = words.charAt(0).toUpperCase() + words.slice(1);
  return /[.!?]$/.test(first) ? first : `${first}.`;
}
