import { type Applied, type ApplyContext, apply } from '../apply/apply.ts';
import type { Doer, Guard } from '../apply/doer.ts';
import { assertNotExpired } from '../apply/guards/plan-not-expired.ts';
import { beginLine } from '../apply/journal-entry.ts';
import type { Outcome, Tally } from '../apply/outcome.ts';
import { type RunReport, recordRun } from '../apply/run-report.ts';
import type { Action } from '../plan/action.ts';
import { assertWithinLimits } from '../plan/limits.ts';
import type { PlanHeader } from '../plan/plan.ts';
import { systemKind, systemName } from '../plan/plan.ts';
import type { Journal } from '../systems/journal/contract.ts';
import type { LeaseKeeper } from '../systems/lease/contract.ts';

/** What every run needs, whatever it changes. */
export interface RunInput {
  readonly header: PlanHeader;
  /** The plan's own lines, each with its line feed: the run keeps a copy. */
  readonly planLines: Iterable<string>;
  /** Usually the plan's id; a plan that is applied again gets a run of its own. */
  readonly runId: string;
  /** Who runs it, for the journal and for whoever meets the lease: user, host, process. */
  readonly by: string;
  readonly journal: Journal;
  readonly leases: LeaseKeeper;
  readonly concurrency: number;
  readonly nowMs: () => number;
  readonly signal: AbortSignal;
  /**
   * Called once the lease is held, before anything is written or done: what must not be remembered, nor has to be asked, when
   * another run is at work. What it throws ends the run: nothing was done.
   */
  readonly underLease?: (signal: AbortSignal) => Promise<void>;
  readonly onProgress: (tally: Tally, action: Action, outcome: Outcome) => void;
}

export interface ApplyInput extends RunInput {
  readonly actions: AsyncIterable<Action>;
  readonly doer: Doer;
  readonly guards: readonly Guard[];
}

/** Applies a plan, or less of it: expiry and limits first, then under the lease, with a journal written ahead. */
export async function applyPlan(input: ApplyInput): Promise<RunReport> {
  const { actions, doer, guards } = input;
  return await carryOut(input, (context) => apply(actions, { ...context, doer, guards }));
}

/** The part of a run that all flows share: expiry and limits, the lease, the journal from its beginning, the report. */
export async function carryOut(
  input: RunInput,
  work: (context: Omit<ApplyContext, 'doer' | 'guards'>) => Promise<Applied>,
): Promise<RunReport> {
  const { header, runId, nowMs, signal } = input;
  assertApplicable(header, nowMs());
  const beganAtMs = nowMs();
  const lease = await input.leases.acquire(leaseScope(header), `${runId} by ${input.by}`, signal);
  try {
    await input.underLease?.(signal);
    const journal = await input.journal.begin(runId, input.planLines);
    try {
      await journal.append([beginLine(beganAtMs, { header, by: input.by })]);
      const recorder = recordRun(header);
      const onOutcome: ApplyContext['onOutcome'] = (action, outcome) => {
        recorder.note(action, outcome);
        input.onProgress(recorder.tally(), action, outcome);
      };
      const { concurrency } = input;
      const { stopped } = await work({ journal, lease, nowMs, concurrency, signal, onOutcome });
      return recorder.report({ runId, beganAtMs, endedAtMs: nowMs(), stopped });
    } finally {
      await journal.close();
    }
  } finally {
    await lease.release();
  }
}

/** @throws PLAN_EXPIRED, LIMIT_EXCEEDED */
export function assertApplicable(header: PlanHeader, nowMs: number): void {
  assertNotExpired(header, nowMs);
  assertWithinLimits(header.broken);
}

/** One run at a time changes a registry, whatever its flow. */
export function leaseScope(header: Pick<PlanHeader, 'scope'>): string {
  return `${systemKind(header.scope)} ${systemName(header.scope)}`;
}
