import type { DiskReading, History, InventoryHeader, RunRecord, RunState } from '../../systems/history/contract.ts';
import { openStates } from '../../systems/history/index.ts';
import type { ScheduleView, Standing } from '../desk.ts';
import { type Need, needsOf } from './needs.ts';

export const FREED_DAYS = 30;
const FREED_MS = FREED_DAYS * 86_400_000;
const STRIP_RUNS = 28;
const TREND_MS = 30 * 86_400_000;
const TREND_POINTS = 60;
const MOST_ENDED = 1000;
const LAST_RUNS = 8;
/** In which a run may have removed something. */
const removingStates: readonly RunState[] = ['done', 'partial', 'incomplete', 'stopped', 'failed'];

/** A registry, storage or node, how full it is, and how that went. */
export interface PlaceView {
  readonly reading: DiskReading;
  /** Used bytes over the last 30 days, oldest first. */
  readonly trend: readonly number[];
}

export interface ScheduleWithRuns {
  readonly schedule: ScheduleView;
  /** Its last runs, newest first. */
  readonly runs: readonly RunRecord[];
}

/** What the first page tells. */
export interface OverviewView {
  /** What the newest plans would free, over all places. */
  readonly reclaimableBytes: number;
  readonly freed: { readonly bytes: number; readonly removed: number; readonly sinceMs: number };
  /** Fullest first. */
  readonly places: readonly PlaceView[];
  readonly needs: readonly Need[];
  readonly open: readonly RunRecord[];
  readonly lastRuns: readonly RunRecord[];
  readonly schedules: readonly ScheduleWithRuns[];
}

export interface OverviewParts {
  readonly history: History;
  readonly standing: Standing;
  /** Shares from 0 to 1, for places that tell none of their own. */
  readonly watermark: { readonly high: number; readonly low: number };
  readonly nowMs: number;
}

/** Is all well, what can be had back, and what needs somebody? */
export async function overviewOf({ history, standing, watermark, nowMs }: OverviewParts): Promise<OverviewView> {
  const sinceMs = nowMs - FREED_MS;
  const [open, lastRuns, removing, readings, inventories, schedules] = await Promise.all([
    history.runs({ states: openStates, limit: 100 }),
    history.runs({ limit: LAST_RUNS }),
    history.runs({ states: removingStates, limit: MOST_ENDED }),
    history.disks(),
    history.inventories(),
    Promise.all(standing.schedules.map((schedule) => withRuns(history, schedule))),
  ]);
  const recent = removing.filter(({ endedAtMs = 0, trigger }) => endedAtMs >= sinceMs && trigger !== 'undo');
  const newest = withInventories(readings, inventories, removing);
  const places = await Promise.all(newest.map((reading) => withTrend(history, reading, nowMs - TREND_MS)));
  return {
    reclaimableBytes: newest.reduce((sum, { reclaimableBytes = 0 }) => sum + reclaimableBytes, 0),
    freed: {
      bytes: recent.reduce((sum, { freedBytes = 0 }) => sum + freedBytes, 0),
      removed: recent.reduce((sum, { counts }) => sum + (counts?.removed ?? 0), 0),
      sinceMs,
    },
    places: places.toSorted((a, b) => fullness(b.reading) - fullness(a.reading)),
    needs: needsOf({ open, schedules: standing.schedules, readings: newest, watermark, nowMs }),
    open,
    lastRuns,
    schedules,
  };
}

async function withRuns(history: History, schedule: ScheduleView): Promise<ScheduleWithRuns> {
  return { schedule, runs: await history.runs({ schedule: schedule.name, limit: STRIP_RUNS }) };
}

async function withTrend(history: History, reading: DiskReading, sinceMs: number): Promise<PlaceView> {
  const all = await history.diskHistory(reading.target, sinceMs);
  const step = Math.max(1, Math.ceil(all.length / TREND_POINTS));
  // The newest is always among them.
  const trend = all.filter((_, n) => (all.length - 1 - n) % step === 0).map(({ usedBytes }) => usedBytes);
  return { reading, trend };
}

/**
 * Readings, and for registries whose inventory is newer than any reading one made from that: their own sums, less what the plan behind
 * them has freed since.
 */
function withInventories(
  readings: readonly DiskReading[],
  inventories: readonly InventoryHeader[],
  removing: readonly RunRecord[],
): readonly DiskReading[] {
  const byTarget = new Map(readings.map((reading) => [reading.target, reading]));
  for (const { target, planId, madeAtMs, bytes, reclaimableBytes } of inventories) {
    const known = byTarget.get(target);
    if (known?.reclaimableBytes !== undefined && known.atMs >= madeAtMs) continue;
    const freed = removing.find((run) => run.planId === planId && run.undoneBy === undefined)?.freedBytes ?? 0;
    byTarget.set(target, {
      ...(known ?? { target, kind: 'registry' as const, atMs: madeAtMs, usedBytes: Math.max(0, bytes - freed) }),
      reclaimableBytes: Math.max(0, reclaimableBytes - freed),
    });
  }
  return [...byTarget.values()];
}

function fullness({ usedBytes, capacityBytes }: DiskReading): number {
  return capacityBytes === undefined || capacityBytes === 0 ? -1 / (1 + usedBytes) : usedBytes / capacityBytes;
}
