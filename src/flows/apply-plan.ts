import { type ApplyContext, apply } from '../apply/apply.ts';
import type { Doer, Guard } from '../apply/doer.ts';
import { assertNotExpired } from '../apply/guards/plan-not-expired.ts';
import { beginLine } from '../apply/journal-entry.ts';
import type { Outcome, Tally } from '../apply/outcome.ts';
import { type RunReport, recordRun } from '../apply/run-report.ts';
import type { Action } from '../plan/action.ts';
import { assertWithinLimits } from '../plan/limits.ts';
import type { PlanHeader } from '../plan/plan.ts';
import type { Journal } from '../systems/journal/contract.ts';
import type { LeaseKeeper } from '../systems/lease/contract.ts';

export interface ApplyInput {
  readonly header: PlanHeader;
  readonly actions: AsyncIterable<Action>;
  /** The plan's own lines, each with its line feed: the run keeps a copy. */
  readonly planLines: Iterable<string>;
  /** Usually the plan's id; a plan that is applied again gets a run of its own. */
  readonly runId: string;
  /** Who runs it, for the journal and for whoever meets the lease: user, host, process. */
  readonly by: string;
  readonly journal: Journal;
  readonly leases: LeaseKeeper;
  readonly doer: Doer;
  readonly guards: readonly Guard[];
  readonly concurrency: number;
  readonly nowMs: () => number;
  readonly signal: AbortSignal;
  readonly onProgress: (tally: Tally, action: Action, outcome: Outcome) => void;
}

/** Applies a plan, or less of it: expiry and limits first, then under the lease, with a journal written ahead. */
export async function applyPlan(input: ApplyInput): Promise<RunReport> {
  const { header, runId, nowMs, signal } = input;
  assertApplicable(header, nowMs());
  const beganAtMs = nowMs();
  const lease = await input.leases.acquire(leaseScope(header), `${runId} by ${input.by}`, signal);
  try {
    const journal = await input.journal.begin(runId, input.planLines);
    try {
      await journal.append([beginLine(beganAtMs, { header, by: input.by })]);
      const recorder = recordRun(header);
      const onOutcome: ApplyContext['onOutcome'] = (action, outcome) => {
        recorder.note(action, outcome);
        input.onProgress(recorder.tally(), action, outcome);
      };
      const { stopped } = await apply(input.actions, { ...input, journal, lease, onOutcome });
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
  return `registry ${header.scope.registry.host}`;
}
