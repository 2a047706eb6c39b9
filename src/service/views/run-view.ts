import type { History, HistoryEvent, RunRecord, RunState } from '../../systems/history/contract.ts';
import { openStates } from '../../systems/history/index.ts';
import { type ReportView, reportViewOf } from './report-view.ts';

const MOST_EVENTS = 500;
/** Among which those that bring something back are looked for. */
const LATER_RUNS = 200;

/** Flows whose removals can be brought back. What goes through OpenShift's API or on a node, goes for good. */
const undoableFlows: readonly string[] = ['reconcile', 'prune', 'hard-prune'];
const undoableStates: readonly RunState[] = ['done', 'partial', 'incomplete', 'stopped', 'failed', 'outdated'];
const stoppableStates: readonly RunState[] = ['planning', 'approved', 'applying'];

/** What can be asked of a run as it stands, by whoever may. */
export interface RunAbilities {
  readonly approve: boolean;
  readonly reject: boolean;
  readonly stop: boolean;
  readonly undo: boolean;
  readonly raiseLimits: boolean;
}

/** Everything about one run. */
export interface RunView {
  readonly run: RunRecord;
  readonly can: RunAbilities;
  readonly isOpen: boolean;
  /** The runs that brought back, or bring back, what this one removed: newest first. */
  readonly undoings: readonly RunRecord[];
  /** In their order; of very many the first. */
  readonly events: readonly HistoryEvent[];
  /** Of its last process, where that left one that can be read. */
  readonly report: ReportView | undefined;
}

/** @returns undefined where there is no such run */
export async function runViewOf(history: History, runId: string, nowMs: number): Promise<RunView | undefined> {
  const run = await history.run(runId);
  if (run === undefined) return undefined;
  const [events, report, later] = await Promise.all([
    history.events({ runId, limit: MOST_EVENTS }),
    history.report(runId),
    history.runs({ schedule: run.schedule, limit: LATER_RUNS }),
  ]);
  const undoings = later.filter(({ undoOf }) => undoOf === run.id);
  return {
    run,
    can: withoutSecondUndo(abilitiesOf(run, nowMs), undoings),
    undoings,
    isOpen: isOpen(run),
    events,
    report: report === undefined ? undefined : reportViewOf(report),
  };
}

function withoutSecondUndo(can: RunAbilities, undoings: readonly RunRecord[]): RunAbilities {
  return { ...can, undo: can.undo && !undoings.some(isOpen) };
}

/** What a run's state allows. The desk decides; this is only what is offered. */
export function abilitiesOf(run: RunRecord, nowMs: number): RunAbilities {
  const { state, flow, trigger, counts, broken = [], planHash, planExpiresAtMs, undoneBy } = run;
  const waits = state === 'waiting';
  const removedSome = (counts?.removed ?? 0) > 0;
  return {
    approve: waits && broken.length === 0 && planHash !== undefined && (planExpiresAtMs ?? nowMs + 1) > nowMs,
    reject: waits,
    stop: stoppableStates.includes(state),
    undo:
      undoableStates.includes(state) &&
      undoableFlows.includes(flow) &&
      trigger !== 'undo' &&
      undoneBy === undefined &&
      removedSome,
    raiseLimits: waits && broken.length > 0,
  };
}

export function isOpen({ state }: Pick<RunRecord, 'state'>): boolean {
  return (openStates as readonly RunState[]).includes(state);
}

/** The last run of the same schedule before this one that has a plan; undefined where there is none. */
export async function previousPlanned(history: History, run: RunRecord): Promise<RunRecord | undefined> {
  const earlier = await history.runs({ schedule: run.schedule, dueBeforeMs: run.dueAtMs, limit: 50 });
  return earlier.find(({ planId, trigger, id }) => planId !== undefined && trigger !== 'undo' && id !== run.id);
}
