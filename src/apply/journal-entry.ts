import type { Action } from '../plan/action.ts';
import type { PlanHeader } from '../plan/plan.ts';
import type { JournalLine } from '../systems/journal/contract.ts';
import type { Outcome, Tally } from './outcome.ts';
import type { Unfinished } from './run-report.ts';

/** The first line of a run's journal: what it set out to do. */
export interface BeginEntry {
  readonly header: PlanHeader;
  readonly by: string;
}

/** Written, and safe on disk, before an action is done. */
export interface IntendEntry {
  readonly action: Action;
  /** What `undo` needs, in the doer's own form. */
  readonly saved: unknown;
}

export interface OutcomeEntry {
  readonly n: number;
  readonly outcome: Outcome;
}

/** The last line: the run came to its own end. Without it, the run was cut short. */
export interface EndEntry {
  readonly tally: Tally;
  readonly stopped: boolean;
  /** Absent: all was done. */
  readonly unfinished?: readonly Unfinished[];
}

/** Written behind the end, by an `undo` that brought everything back. */
export interface UndoneEntry {
  readonly restored: number;
  readonly by: string;
}

export function undoneLine(atMs: number, data: UndoneEntry): JournalLine {
  return { atMs, kind: 'undone', data };
}

export function beginLine(atMs: number, data: BeginEntry): JournalLine {
  return { atMs, kind: 'begin', data };
}

export function intendLine(atMs: number, data: IntendEntry): JournalLine {
  return { atMs, kind: 'intend', data };
}

export function outcomeLine(atMs: number, data: OutcomeEntry): JournalLine {
  return { atMs, kind: 'outcome', data };
}

export function endLine(atMs: number, data: EndEntry): JournalLine {
  return { atMs, kind: 'end', data };
}
