import type { RunReport } from '../apply/run-report.ts';
import type { PlanHeader, PlanScope } from '../plan/plan.ts';
import { systemName } from '../plan/plan.ts';
import { summaryOfPlan } from './images/images-words.ts';
import { planOutcome, type RunOutcome, runOutcome } from './run/run-outcome.ts';
import { isoTime } from './words.ts';

/**
 * The summary of a pruning of OpenShift's images, sent to whoever wants to know. Names are in snake case, as in logs; they are stable.
 *
 * In mode `plan` (a dry run) `removed` and `freed_bytes` are what the plan would do, in mode `apply` what was done.
 */
export interface PruneImagesEvent {
  readonly type: 'prune_images.summary';
  readonly level: 'info';
  /** ISO 8601, UTC: when the plan was made, or the run ended. */
  readonly time: string;
  /** Tells clusters apart; null where none is named. */
  readonly cluster_name: string | null;
  /** `openshift:api.example:6443` */
  readonly image_api: string;
  /** Of a dry run: the plan's id. */
  readonly run_id: string;
  readonly plan_id: string;
  readonly mode: 'plan' | 'apply';
  /** In mode `plan`: `success`, `noop` when nothing would go, `refused` when a limit is broken. */
  readonly outcome: RunOutcome;
  readonly duration_seconds: number;
  readonly found: { readonly images: number; readonly streams: number; readonly stream_items: number };
  readonly removed: PruneImagesRemoved;
  /** In the registry's storage, for good. */
  readonly freed_bytes: number;
  /** Actions that were not done. Zero in mode `plan`. */
  readonly skipped: number;
  readonly failed: number;
  /** Things that could not be seen, and references that could not be read, when the plan was made. */
  readonly gaps: number;
  readonly bad_references: number;
}

export interface PruneImagesRemoved {
  readonly images: number;
  readonly stream_items: number;
  readonly streams_updated: number;
  readonly layer_links: number;
  readonly manifest_links: number;
  readonly blobs: number;
}

/** What a dry run found out. @param durationMs - what it took to make the plan */
export function pruneImagesPlanEvent(header: PlanHeader, durationMs: number): PruneImagesEvent {
  const { images } = header;
  const counts = images === undefined ? undefined : summaryOfPlan(images);
  return {
    ...headOf(header.scope, header.madeAtMs),
    ...{ run_id: header.id, plan_id: header.id, mode: 'plan', outcome: planOutcome(header) },
    duration_seconds: durationMs / 1000,
    ...foundBy(header),
    removed: {
      images: counts?.images ?? 0,
      stream_items: counts?.streamItems ?? 0,
      streams_updated: counts?.streams ?? 0,
      layer_links: counts?.layerLinks ?? 0,
      manifest_links: counts?.manifestLinks ?? 0,
      blobs: counts?.blobs ?? 0,
    },
    freed_bytes: (counts?.blobs ?? 0) > 0 ? header.freesBytes : 0,
    ...{ skipped: 0, failed: 0 },
  };
}

/** What a run did. @param header - of the plan that was applied */
export function pruneImagesRunEvent(report: RunReport, header: PlanHeader): PruneImagesEvent {
  const count = (kind: keyof RunReport['steps']) => report.steps[kind]?.count ?? 0;
  const { skipped, failed } = report.tally;
  return {
    ...headOf(report.scope, report.endedAtMs),
    ...{ run_id: report.runId, plan_id: report.planId, mode: 'apply', outcome: runOutcome(report) },
    duration_seconds: (report.endedAtMs - report.beganAtMs) / 1000,
    ...foundBy(header),
    removed: {
      images: count('delete-image'),
      stream_items: count('delete-stream-item'),
      streams_updated: report.repositories.filter(({ removed }) => removed > 0).length,
      layer_links: count('delete-layer-link'),
      manifest_links: count('delete-manifest-link'),
      blobs: count('delete-blob'),
    },
    freed_bytes: report.steps['delete-blob']?.bytes ?? 0,
    ...{ skipped, failed },
  };
}

function headOf(scope: PlanScope, atMs: number) {
  return {
    type: 'prune_images.summary',
    level: 'info',
    time: isoTime(atMs),
    cluster_name: scope.cluster ?? null,
    image_api: systemName(scope),
  } as const;
}

function foundBy({ images, gaps, badReferences = [] }: PlanHeader) {
  const { images: objects, streams, streamItems } = images ?? {};
  return {
    found: { images: objects?.found ?? 0, streams: streams?.found ?? 0, stream_items: streamItems?.found ?? 0 },
    gaps: gaps.length,
    bad_references: badReferences.length,
  };
}
