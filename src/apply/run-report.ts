import type { Action } from '../plan/action.ts';
import type { FlowName, PlanHeader, PlanScope } from '../plan/plan.ts';
import { addToTally, isGone, noTally, type Outcome, type Tally } from './outcome.ts';

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
  readonly outcome: Outcome;
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
  readonly repositories: readonly RepositoryResult[];
  /** At most {@link maxUndone}; the tally counts all. */
  readonly undone: readonly Undone[];
}

export const maxUndone = 1000;

/** Gathers outcomes as they come. */
export interface RunRecorder {
  note(action: Action, outcome: Outcome): void;
  /** The tally so far. */
  tally(): Tally;
  report(run: Pick<RunReport, 'runId' | 'beganAtMs' | 'endedAtMs' | 'stopped'>): RunReport;
}

export function recordRun(header: PlanHeader): RunRecorder {
  let tally = noTally;
  const undone: Undone[] = [];
  const rows = new Map(
    header.repositories.map(({ repository, found, live }) => [
      repository,
      { repository, found, live, removed: 0, freedBytes: 0 },
    ]),
  );
  return {
    note: (action, outcome) => {
      tally = addToTally(tally, outcome, action.freesBytes);
      if (!isGone(outcome)) {
        if (undone.length < maxUndone) undone.push({ action, outcome });
        return;
      }
      const row = rows.get(action.target.scope.slice(header.scope.registry.host.length + 1));
      if (row === undefined) return;
      if (action.do === 'delete-tag') row.removed += 1;
      row.freedBytes += action.freesBytes;
    },
    tally: () => tally,
    report: (run) => ({
      ...run,
      planId: header.id,
      flow: header.flow,
      scope: header.scope,
      tally,
      repositories: [...rows.values()],
      undone,
    }),
  };
}
