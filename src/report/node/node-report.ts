import type { Outcome } from '../../apply/outcome.ts';
import type { DiskCounts } from '../../plan/node-counts.ts';
import type { ExitCode } from '../exit-code.ts';
import type { NodeGcThings } from '../node-gc-event.ts';

/** What a Job of a fleet tells of its node. It travels as JSON, in the log of the Job's pod. */
export interface NodeReport {
  readonly winnow: 'node-report/v1';
  readonly node: string;
  /** The version of Winnow. */
  readonly by: string;
  /** What the Job's process ends with. */
  readonly exitCode: ExitCode;
  readonly mode: 'plan' | 'apply';
  /** Why nothing came of it. Then all that follows may be absent. */
  readonly error?: { readonly code: string; readonly message: string };
  /** Of a dry run: the plan's. */
  readonly runId?: string;
  readonly work?: NodeWork;
  readonly uses?: NodeUses;
  /** Of a dry run, where the fleet asked for it: the node's plan as a file. */
  readonly plan?: string;
  /** Why {@link NodeReport.plan} is not there. */
  readonly planUnfit?: string;
  /** Of a plan that was applied: what became of each of its actions that came to an end. */
  readonly outcomes?: readonly NodeOutcome[];
}

export interface NodeOutcome {
  /** Of the action, in the node's own plan. */
  readonly n: number;
  readonly outcome: Outcome;
}

/** What was done to a node, or would be. */
export interface NodeWork {
  readonly runtime: string;
  readonly found: NodeGcThings;
  /** What is gone; of a dry run: what would go. */
  readonly removed: NodeGcThings;
  /** By the plan. */
  readonly predictedBytes: number;
  /** Whether that is exact, or by the images' own sizes. */
  readonly exactBytes: boolean;
  /** By the plan, of what was done. */
  readonly freedBytes: number;
  /** What is available now and was not before, on the disks of images; others write there meanwhile. Absent: not measured. */
  readonly measuredBytes?: number;
  readonly disks: readonly NodeDisk[];
  readonly skipped: number;
  readonly failed: number;
  readonly gaps: number;
  /** Why actions were not done, in a few words each. */
  readonly causes: readonly string[];
}

export interface NodeDisk extends Pick<DiskCounts, 'path' | 'capacityBytes'> {
  readonly usedPercentBefore: number;
  readonly usedPercentAfter?: number;
}

/** The images that were in use on a node when it was looked at: evidence for `prune`. */
export interface NodeUses {
  /** UTC milliseconds: when the looking began. */
  readonly takenAtMs: number;
  /** Names with tags and digests. */
  readonly images: readonly string[];
  /** What could not be seen, in words. */
  readonly unseen: readonly string[];
}
