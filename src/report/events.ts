import type { RunReport } from '../apply/run-report.ts';
import type { PlanHeader, PlanScope } from '../plan/plan.ts';
import { systemName } from '../plan/plan.ts';
import { planOutcome, type RunOutcome, runOutcome } from './run/run-outcome.ts';
import { isoTime } from './words.ts';

/**
 * The summary of a reconciliation, sent to whoever wants to know. Names are in snake case, as in logs; they are stable.
 *
 * In mode `plan` (a dry run) `removed` and `freed_bytes` are what the plan would do, in mode `apply` what was done.
 */
export interface SummaryEvent {
  readonly type: 'registry_reconcile.summary';
  readonly level: 'info';
  /** ISO 8601, UTC: when the plan was made, or the run ended. */
  readonly time: string;
  /** Tells clusters apart; null where none is named. */
  readonly cluster_name: string | null;
  /** Host, as in references. */
  readonly registry: string;
  /** Of a dry run: the plan's id. */
  readonly run_id: string;
  readonly plan_id: string;
  readonly mode: 'plan' | 'apply';
  /** In mode `plan`: `success`, `noop` when nothing would go, `refused` when a limit is broken. */
  readonly outcome: RunOutcome;
  readonly duration_seconds: number;
  readonly totals: SummaryTotals;
  readonly repositories: readonly RepositorySummary[];
}

/** Tags of all repositories, and what else counts. */
export interface SummaryTotals {
  readonly found: number;
  readonly live: number;
  readonly removed: number;
  readonly kept: number;
  readonly freed_bytes: number;
  /** Actions that were not done. Zero in mode `plan`. */
  readonly skipped: number;
  readonly failed: number;
  /** Things that could not be seen when the plan was made. */
  readonly gaps: number;
}

/** Tags of one repository. `found` = `removed` + `kept`. */
export interface RepositorySummary {
  readonly repository: string;
  readonly found: number;
  readonly live: number;
  readonly removed: number;
  readonly kept: number;
  readonly freed_bytes: number;
}

/** What a dry run found out. @param durationMs - what it took to make the plan. */
export function planSummaryEvent(header: PlanHeader, durationMs: number): SummaryEvent {
  const { freesBytes } = header;
  const repositories = header.repositories.map((one) => summarizeRepository({ ...one, freedBytes: one.freesBytes }));
  return {
    ...headOf(header.scope, header.madeAtMs),
    run_id: header.id,
    plan_id: header.id,
    mode: 'plan',
    outcome: planOutcome(header),
    duration_seconds: durationMs / 1000,
    totals: { ...sumOf(repositories), freed_bytes: freesBytes, skipped: 0, failed: 0, gaps: header.gaps.length },
    repositories,
  };
}

/** What a run did. @param header - of the plan that was applied. */
export function runSummaryEvent(report: RunReport, header: Pick<PlanHeader, 'gaps'>): SummaryEvent {
  const { skipped, failed, freedBytes } = report.tally;
  const repositories = report.repositories.map(summarizeRepository);
  return {
    ...headOf(report.scope, report.endedAtMs),
    run_id: report.runId,
    plan_id: report.planId,
    mode: 'apply',
    outcome: runOutcome(report),
    duration_seconds: (report.endedAtMs - report.beganAtMs) / 1000,
    totals: { ...sumOf(repositories), freed_bytes: freedBytes, skipped, failed, gaps: header.gaps.length },
    repositories,
  };
}

function headOf(scope: PlanScope, atMs: number) {
  return {
    type: 'registry_reconcile.summary',
    level: 'info',
    time: isoTime(atMs),
    cluster_name: scope.cluster ?? null,
    registry: systemName(scope),
  } as const;
}

function summarizeRepository(counts: {
  readonly repository: string;
  readonly found: number;
  readonly live: number;
  readonly removed: number;
  readonly freedBytes: number;
}): RepositorySummary {
  const { repository, found, live, removed, freedBytes } = counts;
  return { repository, found, live, removed, kept: found - removed, freed_bytes: freedBytes };
}

function sumOf(repositories: readonly RepositorySummary[]) {
  const sum = (of: 'found' | 'live' | 'removed' | 'kept') => repositories.reduce((total, one) => total + one[of], 0);
  return { found: sum('found'), live: sum('live'), removed: sum('removed'), kept: sum('kept') };
}
