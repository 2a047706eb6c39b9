import type { RunReport } from '../apply/run-report.ts';
import type { ActionKind } from '../plan/action.ts';
import type { PlanHeader, PlanScope } from '../plan/plan.ts';
import { systemName } from '../plan/plan.ts';
import { sumsOf } from './fsck/fsck-words.ts';
import type { CheckedRun, RunCheck } from './fsck/run-check.ts';
import { planOutcome, type RunOutcome, runOutcome } from './run/run-outcome.ts';
import { isoTime } from './words.ts';

/**
 * The summary of a hard-prune, sent to whoever wants to know. Names are in snake case, as in logs; they are stable.
 *
 * In mode `plan` (a dry run) `steps` and `purged_bytes` are what the plan would do, in mode `apply` what was done.
 */
export interface HardPruneEvent {
  readonly type: 'hard_prune.summary';
  readonly level: 'info';
  /** ISO 8601, UTC: when the plan was made, or the run ended. */
  readonly time: string;
  /** Tells clusters apart; null where none is named. */
  readonly cluster_name: string | null;
  /** Kind and place of the storage: `distribution-fs:/var/lib/registry`. */
  readonly store: string;
  /** Of a dry run: the plan's id. */
  readonly run_id: string;
  readonly plan_id: string;
  readonly mode: 'plan' | 'apply';
  /** In mode `plan`: `success`, `noop` when nothing would go, `refused` when a limit is broken. */
  readonly outcome: RunOutcome;
  readonly duration_seconds: number;
  readonly totals: HardPruneTotals;
  readonly steps: HardPruneSteps;
  /** Of a run with `--fsck`. */
  readonly fsck?: HardPruneCheck;
}

/** What was there when the plan was made, and what else counts. */
export interface HardPruneTotals {
  readonly blobs: number;
  readonly live: number;
  readonly unneeded: number;
  /** What the disk gets back once all that the plan has a step for has gone the whole way. */
  readonly reclaimable_bytes: number;
  /** What it gets back by this plan or run itself. */
  readonly purged_bytes: number;
  /** Blobs that came back because somebody asked for them meanwhile. Zero in mode `plan`. */
  readonly brought_back: number;
  /** Actions that were not done. Zero in mode `plan`. */
  readonly skipped: number;
  readonly failed: number;
  /** Things that could not be seen when the plan was made. */
  readonly gaps: number;
}

/** Things that can not be pulled, or not whole. */
export interface HardPruneCheck {
  readonly broken_before: number;
  /** Null: nobody could look after the run. */
  readonly broken_new: number | null;
  readonly put_right: number | null;
}

/** How many of each. */
export interface HardPruneSteps {
  readonly manifests_deleted: number;
  readonly blobs_unlinked: number;
  readonly blobs_hidden: number;
  readonly blobs_purged: number;
  readonly blobs_restored: number;
  readonly uploads_deleted: number;
  readonly temporary_files_deleted: number;
  readonly links_deleted: number;
  readonly repositories_deleted: number;
}

/** What a dry run found out. @param durationMs - what it took to make the plan. */
export function hardPrunePlanEvent(header: PlanHeader, durationMs: number): HardPruneEvent {
  const { store } = header;
  return {
    ...headOf(header.scope, header.madeAtMs),
    run_id: header.id,
    plan_id: header.id,
    mode: 'plan',
    outcome: planOutcome(header),
    duration_seconds: durationMs / 1000,
    totals: {
      ...foundBy(header),
      ...{ purged_bytes: store?.wouldDelete.purgedBytes ?? 0, brought_back: 0, skipped: 0, failed: 0 },
    },
    steps: stepsOf((kind) => store?.steps[kind] ?? 0),
  };
}

/** What a run did. @param header - of the plan that was applied. */
export function hardPruneRunEvent(report: CheckedRun, header: PlanHeader): HardPruneEvent {
  const { skipped, failed } = report.tally;
  return {
    ...headOf(report.scope, report.endedAtMs),
    run_id: report.runId,
    plan_id: report.planId,
    mode: 'apply',
    outcome: runOutcome(report),
    duration_seconds: (report.endedAtMs - report.beganAtMs) / 1000,
    totals: {
      ...foundBy(header),
      ...{ purged_bytes: purgedBytes(report), brought_back: report.broughtBack?.blobs ?? 0, skipped, failed },
    },
    steps: stepsOf((kind) => report.steps[kind]?.count ?? 0),
    ...(report.check === undefined ? {} : { fsck: checkCounts(report.check) }),
  };
}

function checkCounts({ before, appeared, healed, notLooked }: RunCheck): HardPruneCheck {
  const after = (damage: RunCheck['before']) => (notLooked === undefined ? sumsOf(damage).broken : null);
  return { broken_before: sumsOf(before).broken, broken_new: after(appeared), put_right: after(healed) };
}

function headOf(scope: PlanScope, atMs: number) {
  return {
    type: 'hard_prune.summary',
    level: 'info',
    time: isoTime(atMs),
    cluster_name: scope.cluster ?? null,
    store: systemName(scope),
  } as const;
}

function foundBy({ store, gaps }: PlanHeader) {
  const { blobs = 0, live = 0, unneeded = 0, wouldDelete } = store ?? {};
  return { blobs, live, unneeded, reclaimable_bytes: wouldDelete?.reclaimableBytes ?? 0, gaps: gaps.length };
}

function stepsOf(count: (kind: ActionKind) => number): HardPruneSteps {
  return {
    manifests_deleted: count('delete-manifest'),
    blobs_unlinked: count('unlink-blob'),
    blobs_hidden: count('hide-blob'),
    blobs_purged: count('purge-blob'),
    blobs_restored: count('restore-blob'),
    uploads_deleted: count('delete-upload'),
    temporary_files_deleted: count('delete-temporary'),
    links_deleted: count('delete-link'),
    repositories_deleted: count('delete-repository'),
  };
}

/** As the dry run counts it: data that left the quarantine for good. */
function purgedBytes({ steps }: RunReport): number {
  return steps['purge-blob']?.bytes ?? 0;
}
