import type { Action, ActionKind } from '../plan/action.ts';
import type { DiskCounts } from '../plan/node-counts.ts';
import type { FlowName, PlanHeader, PlanScope } from '../plan/plan.ts';
import { systemName } from '../plan/plan.ts';
import { addToTally, noTally, type Outcome, type Tally } from './outcome.ts';

/** What a run did to one repository, beside what its plan had counted there. */
export interface RepositoryResult {
  readonly repository: string;
  readonly found: number;
  readonly live: number;
  /** Tags that are gone now because of this run, or were gone before it came to them. */
  readonly removed: number;
  readonly freedBytes: number;
}

/** An action that was not done, and why. */
export interface Undone {
  readonly action: Action;
  readonly outcome: Extract<Outcome, { readonly why: string }>;
}

/** Actions of one kind that were done, or found to be done already. */
export interface StepResult {
  readonly count: number;
  /** Of those that were done by this run: their `freesBytes`. */
  readonly bytes: number;
}

/** How many actions were not done for one reason: the guard's name, or the error's code. */
export interface UndoneCause {
  readonly result: Undone['outcome']['result'];
  readonly cause: string;
  readonly count: number;
}

/** What belongs to a run besides its actions, and could not be done. */
export interface Unfinished {
  /** `having the runtime collect`. */
  readonly what: string;
  /** Of the error. */
  readonly code: string;
  readonly why: string;
}

/** The report on a run: what every output format and event is made from. */
export interface RunReport {
  readonly runId: string;
  readonly planId: string;
  readonly flow: FlowName;
  readonly scope: PlanScope;
  readonly beganAtMs: number;
  readonly endedAtMs: number;
  readonly stopped: boolean;
  readonly tally: Tally;
  /** What was done, by kind of action. */
  readonly steps: Readonly<Partial<Record<ActionKind, StepResult>>>;
  /** Of a registry's storage: what was asked for while it was on its way out, and is back. */
  readonly broughtBack?: { readonly blobs: number; readonly links: number };
  /** Of a node: the disks of its images before and after. */
  readonly disks?: { readonly before: readonly DiskCounts[]; readonly after: readonly DiskCounts[] };
  /** Absent, or empty: all was done. */
  readonly unfinished?: readonly Unfinished[];
  readonly repositories: readonly RepositoryResult[];
  /** At most {@link maxUndone} for each cause. */
  readonly undone: readonly Undone[];
  /** Why actions were not done; this counts them all. */
  readonly causes: readonly UndoneCause[];
}

export const maxUndone = 1000;

/** The reason for which an action was not done, in a word. */
export function causeOf({ outcome }: Undone): string {
  return outcome.result === 'skipped' ? outcome.guard : outcome.code;
}

/** Gathers outcomes as they come. */
export interface RunRecorder {
  note(action: Action, outcome: Outcome): void;
  /** The tally so far. */
  tally(): Tally;
  report(run: Pick<RunReport, 'runId' | 'beganAtMs' | 'endedAtMs' | 'stopped'>): RunReport;
}

export function recordRun(header: PlanHeader): RunRecorder {
  let tally = noTally;
  const undone = recordUndone();
  const steps: Partial<Record<ActionKind, StepResult>> = {};
  const rows = new Map(
    header.repositories.map(({ repository, found, live }) => [
      repository,
      { repository, found, live, removed: 0, freedBytes: 0 },
    ]),
  );
  return {
    note: (action, outcome) => {
      tally = addToTally(tally, outcome, action.freesBytes);
      if ('why' in outcome) return undone.note({ action, outcome });
      const { count = 0, bytes = 0 } = steps[action.do] ?? {};
      steps[action.do] = { count: count + 1, bytes: bytes + (outcome.result === 'done' ? action.freesBytes : 0) };
      const row = rows.get(action.target.scope.slice(systemName(header.scope).length + 1));
      if (row === undefined) return;
      if (action.do === 'delete-tag' || action.do === 'delete-stream-item') row.removed += 1;
      if (outcome.result === 'done') row.freedBytes += action.freesBytes;
    },
    tally: () => tally,
    report: (run) => ({
      ...run,
      planId: header.id,
      flow: header.flow,
      scope: header.scope,
      tally,
      steps,
      repositories: [...rows.values()],
      ...undone.all(),
    }),
  };
}

function recordUndone(): { note(one: Undone): void; all(): Pick<RunReport, 'undone' | 'causes'> } {
  const undone: Undone[] = [];
  const counts = new Map<string, UndoneCause>();
  return {
    note: (one) => {
      const { result } = one.outcome;
      const cause = causeOf(one);
      const count = (counts.get(`${result} ${cause}`)?.count ?? 0) + 1;
      counts.set(`${result} ${cause}`, { result, cause, count });
      if (count <= maxUndone) undone.push(one);
    },
    all: () => ({ undone, causes: [...counts.values()] }),
  };
}
