import * as z from 'zod';
import type { History, HistoryEvent, RunRecord } from '../../../systems/history/contract.ts';
import { openStates, runStates } from '../../../systems/history/index.ts';

/*
 * Counters must never go back, but the history forgets runs. So what ended is added up once, in the order of events, and the sums stay
 * in a note that all replicas share: whichever is asked goes on counting where the last one stopped.
 */

const KEY = 'metrics.totals';
/** Upper bounds of run durations, in seconds. */
export const durationBuckets = [10, 30, 60, 300, 900, 1800, 3600, 7200, 14_400, 28_800] as const;
const PAGE = 1000;
/** Of one look; what is left comes with the next. */
const MOST_PAGES = 20;
/** Runs that were counted last: an event may be told twice. */
const MOST_RECENT = 500;

const count = z.number().nonnegative();
const counts = z.record(z.string(), count);
const scheduleTotals = z.strictObject({
  flow: z.string(),
  /** By the state in which they ended. */
  runs: counts,
  /** Not cumulative; the last is what took longer than all bounds. */
  durations: z.array(count).length(durationBuckets.length + 1),
  durationSeconds: count,
  freedBytes: count,
  estimatedBytes: count,
  limitsTripped: count,
  /** By kind: `tag`, `manifest`, `blob`. */
  removed: counts,
});
const totalsSchema = z.strictObject({
  afterId: z.number(),
  recent: z.array(z.string()),
  schedules: z.record(z.string(), scheduleTotals),
});

export type Totals = z.output<typeof totalsSchema>;
export type ScheduleTotals = z.output<typeof scheduleTotals>;

type TotalsHistory = Pick<History, 'events' | 'noted' | 'planSums' | 'run' | 'swapNote'>;

/** Sums over all runs that ever ended, up to now. */
export async function totalsOf(history: TotalsHistory): Promise<Totals> {
  let text = await history.noted(KEY);
  let totals = readTotals(text);
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const events = await history.events({ afterId: totals.afterId, limit: PAGE });
    const last = events.at(-1);
    if (last === undefined) return totals;
    const next = structuredClone(totals);
    for (const event of events) await add(next, event, history);
    next.afterId = last.id;
    next.recent = next.recent.slice(-MOST_RECENT);
    const written = JSON.stringify(next);
    // Another replica was first: its sums count, and the same events are not counted again.
    const isOurs = await history.swapNote(KEY, text, written);
    text = isOurs ? written : await history.noted(KEY);
    totals = isOurs ? next : readTotals(text);
  }
  return totals;
}

function readTotals(text: string | undefined): Totals {
  return text === undefined ? { afterId: 0, recent: [], schedules: {} } : totalsSchema.parse(JSON.parse(text));
}

async function add(totals: Totals, { type, runId, data }: HistoryEvent, history: TotalsHistory): Promise<void> {
  const state = runStates.find((one) => one === data['state']);
  if (type !== 'run.state' || runId === undefined || state === undefined || state === 'planning') return;
  const run = await history.run(runId);
  // Forgotten already, or a run of a test of somebody: nothing is known of it.
  if (run === undefined) return;
  const sums = ofSchedule(totals, run);
  if ((run.broken?.length ?? 0) > 0 && isFirst(totals, `limit ${runId}`)) sums.limitsTripped += 1;
  if (openStates.some((one) => one === state) || !isFirst(totals, runId)) return;
  sums.runs[state] = (sums.runs[state] ?? 0) + 1;
  addDuration(sums, run);
  if (run.applyStartedAtMs === undefined) return;
  sums.freedBytes += run.freedBytes ?? 0;
  sums.estimatedBytes += run.plannedBytes ?? 0;
  const { byVerb } = await history.planSums(runId, { outcome: 'done' });
  for (const { key, actions } of byVerb) {
    const kind = kindOf(key);
    sums.removed[kind] = (sums.removed[kind] ?? 0) + actions;
  }
}

function isFirst({ recent }: Totals, mark: string): boolean {
  if (recent.includes(mark)) return false;
  recent.push(mark);
  return true;
}

function ofSchedule({ schedules }: Totals, { schedule, flow }: RunRecord): ScheduleTotals {
  const sums = schedules[schedule] ?? noTotals(flow);
  schedules[schedule] = sums;
  return sums;
}

/** Of a schedule of which no run has ended. */
export function noTotals(flow: string): ScheduleTotals {
  return {
    ...{ flow, runs: {}, durations: [...durationBuckets.map(() => 0), 0], durationSeconds: 0 },
    ...{ freedBytes: 0, estimatedBytes: 0, limitsTripped: 0, removed: {} },
  };
}

/** Planning and applying together; the time in which it waited for a person counts for nothing. */
function addDuration(sums: ScheduleTotals, run: RunRecord): void {
  const { startedAtMs, applyStartedAtMs, decidedAtMs, endedAtMs } = run;
  if (startedAtMs === undefined || endedAtMs === undefined) return;
  const beganAtMs = decidedAtMs === undefined ? startedAtMs : (applyStartedAtMs ?? endedAtMs);
  const seconds = Math.max(0, endedAtMs - beganAtMs) / 1000;
  const bucket = durationBuckets.findIndex((bound) => seconds <= bound);
  const at = bucket < 0 ? durationBuckets.length : bucket;
  sums.durations[at] = (sums.durations[at] ?? 0) + 1;
  sums.durationSeconds += seconds;
}

/** What an action's verb is about: `delete-tag` a tag. */
export function kindOf(verb: string): string {
  return verb.replace(/^[a-z]+-/, '');
}
