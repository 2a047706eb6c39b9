import type { PlanHeader } from '../plan/plan.ts';
import { CodedError } from '../util/pure/coded-error.ts';
import { type Check, worstOf } from './checks.ts';
import type { FsckFindings } from './fsck/findings.ts';
import { isBroken } from './fsck/fsck-words.ts';
import { type CheckedRun, hasBroken } from './fsck/run-check.ts';
import { runOutcome } from './run/run-outcome.ts';
import { notTried, type UndoToShow } from './undo-report.ts';

/**
 * How the process ends, for scripts and pipelines.
 *
 * | code | name | after a dry run | after a run | after an error |
 * |---|---|---|---|---|
 * | 0 | `done` | it can be applied, or there is nothing to do; `fsck`: nothing is broken | all was done, or there was nothing to do | |
 * | 1 | `failed` | | every request failed: nothing was done; `--fsck`: something is broken that was not before | anything that is not listed below |
 * | 2 | `usage` | | | settings, arguments, credentials, addresses, plan files: what the user can put right |
 * | 3 | `partial` | `fsck`: something is broken | something was skipped or failed, or the run was stopped, or a runtime did not collect | |
 * | 4 | `limit` | the plan breaks a limit, so that a pipeline stops before it is applied | | a limit, the lease, or a tag that something keeps |
 * | 5 | `evidence` | a gap keeps something, or hides what there is; `fsck`: something could not be looked at | the same, and all else was done; or the records could not be read again; `--fsck`: no look after the run | a storage could not be read whole |
 * | 6 | `outdated` | | the world has changed so much that nothing was left to do | the plan is too old |
 *
 * Where several hold, the one that comes first in the functions below wins: what went wrong before what was held back.
 */
export const exitCodes = { done: 0, failed: 1, usage: 2, partial: 3, limit: 4, evidence: 5, outdated: 6 } as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

type WhatWasSeen = Pick<PlanHeader, 'keptByReason' | 'gaps' | 'images'>;

/** After a dry run. */
export function exitCodeOfPlan(header: Pick<PlanHeader, 'broken'> & WhatWasSeen): ExitCode {
  if (header.broken.length > 0) return exitCodes.limit;
  return isIncomplete(header) ? exitCodes.evidence : exitCodes.done;
}

/** After a run. @param header - of the plan that was applied: whether gaps kept anything. */
export function exitCodeOfRun(report: CheckedRun, header: WhatWasSeen): ExitCode {
  const { check } = report;
  const outcome = runOutcome(report);
  if (outcome === 'failed' || (check !== undefined && hasBroken(check))) return exitCodes.failed;
  if (report.tally.failed > 0 || report.stopped || (report.unfinished ?? []).length > 0) return exitCodes.partial;
  if (report.undone.some((one) => one.outcome.result === 'skipped' && one.outcome.guard === 'evidence-stale'))
    return exitCodes.evidence;
  if (outcome === 'refused') return exitCodes.outdated;
  if (outcome === 'partial') return exitCodes.partial;
  if (check !== undefined && (check.notLooked !== undefined || check.unseen.length > 0)) return exitCodes.evidence;
  return isIncomplete(header) ? exitCodes.evidence : exitCodes.done;
}

/** After an `undo`. */
export function exitCodeOfUndo(undo: UndoToShow): ExitCode {
  return undo.problems.length > 0 || notTried(undo) > 0 ? exitCodes.partial : exitCodes.done;
}

/** After `doctor`: a warning is no failure. */
export function exitCodeOfChecks(checks: readonly Check[]): ExitCode {
  return worstOf(checks) === 'fail' ? exitCodes.failed : exitCodes.done;
}

/** After `fsck`: whether something is broken; a warning is nothing broken. */
export function exitCodeOfFsck({ damage, unseen }: Pick<FsckFindings, 'damage' | 'unseen'>): ExitCode {
  if (damage.some(isBroken)) return exitCodes.partial;
  return unseen.length > 0 ? exitCodes.evidence : exitCodes.done;
}

/** After anything thrown. What is no coded error is a bug of ours, and failed. */
export function exitCodeOfError(thrown: unknown): ExitCode {
  if (!(thrown instanceof CodedError)) return exitCodes.failed;
  const { code } = thrown;
  const listed = byCode[code];
  if (listed !== undefined) return listed;
  return usageNames.some((name) => name.test(code)) ? exitCodes.usage : exitCodes.failed;
}

const { usage, limit, outdated } = exitCodes;

/** Codes whose names do not tell. */
const byCode: Readonly<Record<string, ExitCode>> = {
  LIMIT_EXCEEDED: limit,
  LEASE_HELD: limit,
  LEASE_LOST: limit,
  TAG_STAYS: limit,
  PLAN_EXPIRED: outdated,
  TAG_NOT_FOUND: usage,
  REPOSITORY_NOT_FOUND: usage,
  PRUNE_NO_CLUSTERS: usage,
  PRUNE_IMAGES_READ_ONLY: usage,
  IMAGE_PRUNER_UNREADABLE: usage,
  CLUSTER_NO_IMAGE_API: usage,
  CLUSTER_NO_IMAGE_PRUNER: usage,
  JOURNAL_NO_SUCH_RUN: usage,
  REGISTRY_NOT_FOUND: usage,
  CACHE_CONTRADICTED: usage,
  CACHE_ADDRESS_UNKNOWN: usage,
  HARD_PRUNE_NO_REPLICAS: usage,
  HARD_PRUNE_OTHER_STORE: usage,
  HARD_PRUNE_DELETE_DISABLED: usage,
  HARD_PRUNE_NOT_READ_ONLY: usage,
  HARD_PRUNE_PLAN_UNFIT: usage,
  HARD_PRUNE_MARK_OTHER_STORE: usage,
  HARD_PRUNE_MARK_OLD: outdated,
  STORE_NOT_FOUND: usage,
  STORE_NOT_THIS_KIND: usage,
  STORE_WALK_FAILED: exitCodes.evidence,
  REGISTRY_OWNS_STORAGE: usage,
  REGISTRY_UNREACHABLE: usage,
  REGISTRY_NOT_A_REGISTRY: usage,
  REGISTRY_NO_CATALOG: usage,
  REGISTRY_PLAIN_HTTP: usage,
  REGISTRY_SPEAKS_TLS: usage,
  REGISTRY_REDIRECT_REFUSED: usage,
  REGISTRY_UNAUTHORIZED: usage,
  REGISTRY_DENIED: usage,
  REGISTRY_CREDENTIAL_HELPER_FAILED: usage,
  REGISTRY_TOKEN_REALM_REFUSED: usage,
  FLEET_FORBIDDEN: usage,
  TUNE_NO_FILE: usage,
  INTEGRATED_REGISTRY_UNKNOWN: usage,
  INTEGRATED_REGISTRY_PING_FAILED: usage,
  INTEGRATED_REGISTRY_NO_TOKEN: usage,
  INTEGRATED_REGISTRY_UNAUTHORIZED: usage,
  INTEGRATED_REGISTRY_UNSUPPORTED: usage,
};

/** Names of codes that always are the user's to put right: settings, values, files that he named. */
const usageNames = [
  ...[/^CONFIG_/, /^PLAN_/, /^RECORDS_/, /^PULLS_/, /^SNAPSHOT_/, /^EVIDENCE_/, /^REGISTRY_TLS_/],
  ...[/_INVALID$/, /_SECRET_UNREADABLE$/],
];

/** A gap keeps something, or hides what could not even be listed: that is in no count. */
function isIncomplete({ keptByReason, gaps, images }: WhatWasSeen): boolean {
  const kept = (keptByReason['evidence-gap'] ?? 0) + (images?.images.keptByReason['evidence-gap'] ?? 0);
  return kept > 0 || gaps.some((gap) => gap.hides === 'existence');
}
