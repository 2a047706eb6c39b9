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
  /** What the newest plans, and those that wait, would free: the most of each place. */
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
  const waiting = open.filter(({ state, broken = [] }) => state === 'waiting' && broken.length === 0);
  const newest = placesOf(readings, inventories, removing).map((reading) => withWaiting(reading, waiting));
  const places = await Promise.all(newest.map((reading) => withTrend(history, reading, nowMs - TREND_MS)));
  return {
    reclaimableBytes: reclaimableOf(newest, waiting),
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

/** The newest reading of each place; of a registry that has none, its inventory. Less what was freed there since. */
function placesOf(
  readings: readonly DiskReading[],
  inventories: readonly InventoryHeader[],
  removing: readonly RunRecord[],
): readonly DiskReading[] {
  const known = new Set(readings.map(({ target }) => target));
  const others = inventories.filter(({ target }) => !known.has(target)).map(asReading);
  return [...readings, ...others].map((reading) => lessFreed(reading, removing));
}

function asReading({ target, madeAtMs, bytes, reclaimableBytes }: InventoryHeader): DiskReading {
  return { target, kind: 'registry', atMs: madeAtMs, usedBytes: bytes, reclaimableBytes };
}

/** A registry's reading is a sum over its images, so it shrinks with them; a disk is measured. */
function lessFreed(reading: DiskReading, removing: readonly RunRecord[]): DiskReading {
  const { kind, atMs, usedBytes, reclaimableBytes } = reading;
  const since = removing.filter(
    (run) => run.target === nameOf(reading) && (run.applyStartedAtMs ?? 0) >= atMs && run.undoneBy === undefined,
  );
  const freedBytes = since.reduce((sum, run) => sum + (run.freedBytes ?? 0), 0);
  return {
    ...reading,
    ...(kind === 'registry' && { usedBytes: Math.max(0, usedBytes - freedBytes) }),
    ...(reclaimableBytes !== undefined && { reclaimableBytes: Math.max(0, reclaimableBytes - freedBytes) }),
  };
}

/** What a plan that waits would free, can be had back, whatever a later plan of another flow did not want. */
function withWaiting(reading: DiskReading, waiting: readonly RunRecord[]): DiskReading {
  const planned = waiting
    .filter(({ target }) => target === nameOf(reading))
    .map(({ plannedBytes = 0 }) => plannedBytes);
  if (planned.length === 0) return reading;
  return { ...reading, reclaimableBytes: Math.max(reading.reclaimableBytes ?? 0, ...planned) };
}

/** Disks of one node tell of the same plan: it counts once. So do plans for the same place; what has no reading counts as well. */
function reclaimableOf(readings: readonly DiskReading[], waiting: readonly RunRecord[]): number {
  const byName = new Map<string, number>();
  const note = (name: string, bytes = 0) => byName.set(name, Math.max(byName.get(name) ?? 0, bytes));
  for (const reading of readings) note(nameOf(reading), reading.reclaimableBytes);
  for (const { target, plannedBytes } of waiting) if (target !== undefined) note(target, plannedBytes);
  return [...byName.values()].reduce((sum, bytes) => sum + bytes, 0);
}

/** A node with several disks has the path of each behind its name. */
function nameOf({ target, kind }: DiskReading): string {
  return kind === 'node' ? target.replace(/:\/.*$/, '') : target;
}

function fullness({ usedBytes, capacityBytes }: DiskReading): number {
  return capacityBytes === undefined || capacityBytes === 0 ? -1 / (1 + usedBytes) : usedBytes / capacityBytes;
}
