import type { RunReport } from '../apply/run-report.ts';
import type { PlanHeader, PlanScope } from '../plan/plan.ts';
import { systemName } from '../plan/plan.ts';
import { planOutcome, type RunOutcome, runOutcome } from './run/run-outcome.ts';
import { isoTime } from './words.ts';

/**
 * The summary of a clean-up of a node, sent to whoever wants to know. Names are in snake case, as in logs; they are stable.
 *
 * In mode `plan` (a dry run) `removed` and `freed_bytes` are what the plan would do, in mode `apply` what was done.
 */
export interface NodeGcEvent {
  readonly type: 'node_gc.summary';
  readonly level: 'info';
  /** ISO 8601, UTC: when the plan was made, or the run ended. */
  readonly time: string;
  /** Tells clusters apart; null where none is named. */
  readonly cluster_name: string | null;
  /** The node's name. */
  readonly node: string;
  /** `cri:///run/containerd/containerd.sock` */
  readonly runtime: string;
  /** Of a dry run: the plan's id. */
  readonly run_id: string;
  readonly plan_id: string;
  readonly mode: 'plan' | 'apply';
  /** In mode `plan`: `success`, or `noop` when nothing would go. */
  readonly outcome: RunOutcome;
  readonly duration_seconds: number;
  /** When the plan was made. */
  readonly found: NodeGcThings;
  readonly removed: NodeGcRemoved;
  readonly freed_bytes: number;
  /** Whether bytes are known exactly; else they are what the runtime says of each image. */
  readonly exact_bytes: boolean;
  /** The file systems of images. Empty where none can be measured from here. */
  readonly disks: readonly NodeGcDisk[];
  /** Actions that were not done. Zero in mode `plan`. */
  readonly skipped: number;
  readonly failed: number;
  /** Things that could not be seen, and names of images that could not be read, when the plan was made. */
  readonly gaps: number;
  readonly bad_references: number;
}

/** How many of each. */
export interface NodeGcThings {
  readonly containers: number;
  readonly sandboxes: number;
  readonly images: number;
}

export interface NodeGcRemoved extends NodeGcThings {
  /** Manifests of which the packed layers were let go. */
  readonly content_released: number;
}

export interface NodeGcDisk {
  readonly path: string;
  /** By the kubelet's formula: reserved blocks count as used. */
  readonly used_percent_before: number;
  /** Null in mode `plan`. */
  readonly used_percent_after: number | null;
}

/** What a dry run found out. @param durationMs - what it took to make the plan */
export function nodeGcPlanEvent(header: PlanHeader, durationMs: number): NodeGcEvent {
  const { node } = header;
  const things = (node?.containers.removed ?? 0) + (node?.sandboxes.removed ?? 0) + (node?.images.removed ?? 0);
  return {
    ...headOf(header.scope, header.madeAtMs),
    ...{ run_id: header.id, plan_id: header.id, mode: 'plan', outcome: planOutcome(header) },
    duration_seconds: durationMs / 1000,
    ...foundBy(header),
    removed: {
      containers: node?.containers.removed ?? 0,
      sandboxes: node?.sandboxes.removed ?? 0,
      images: node?.images.removed ?? 0,
      // The plan of a node has no other kind of action.
      content_released: header.actionCount - things,
    },
    freed_bytes: header.freesBytes,
    disks: (node?.disks ?? []).map(({ path, usedPercent }) => ({
      ...{ path, used_percent_before: usedPercent, used_percent_after: null },
    })),
    ...{ skipped: 0, failed: 0 },
  };
}

/** What a run did. @param header - of the plan that was applied */
export function nodeGcRunEvent(report: RunReport, header: PlanHeader): NodeGcEvent {
  const count = (kind: keyof RunReport['steps']) => report.steps[kind]?.count ?? 0;
  const { skipped, failed, freedBytes } = report.tally;
  const { before = [], after = [] } = report.disks ?? {};
  return {
    ...headOf(report.scope, report.endedAtMs),
    ...{ run_id: report.runId, plan_id: report.planId, mode: 'apply', outcome: runOutcome(report) },
    duration_seconds: (report.endedAtMs - report.beganAtMs) / 1000,
    ...foundBy(header),
    removed: {
      containers: count('remove-container'),
      sandboxes: count('remove-sandbox'),
      images: count('remove-image'),
      content_released: count('release-content'),
    },
    freed_bytes: freedBytes,
    disks: before.map(({ path, usedPercent }) => ({
      ...{ path, used_percent_before: usedPercent },
      used_percent_after: after.find((disk) => disk.path === path)?.usedPercent ?? null,
    })),
    ...{ skipped, failed },
  };
}

function headOf(scope: PlanScope, atMs: number) {
  return {
    type: 'node_gc.summary',
    level: 'info',
    time: isoTime(atMs),
    cluster_name: scope.cluster ?? null,
    node: scope.node?.name ?? '',
    runtime: systemName(scope),
  } as const;
}

function foundBy({ node, gaps, badReferences = [] }: PlanHeader) {
  return {
    found: {
      containers: node?.containers.found ?? 0,
      sandboxes: node?.sandboxes.found ?? 0,
      images: node?.images.found ?? 0,
    },
    exact_bytes: node?.exactBytes ?? false,
    gaps: gaps.length,
    bad_references: badReferences.length,
  };
}
