import type { Action } from '../../plan/action.ts';
import type { PlanHeader } from '../../plan/plan.ts';
import type { NodeReport, NodeWork } from './node-report.ts';

/**
 * What became of one node:
 *
 * | outcome | what has happened | counts as |
 * |---|---|---|
 * | `success` | all was done, or there was nothing to do | success |
 * | `incomplete` | the same, and something could not be seen, which kept images | success |
 * | `partial` | some actions were not done | failure |
 * | `refused` | a limit, or another run's lease, held it back | failure |
 * | `failed` | nothing came of it | failure |
 * | `unknown` | the Job has ended, or not, and its report is not there, not whole, or not believable | failure |
 * | `busy` | another fleet's Job is under way there | neither |
 * | `skipped` | not ready, cordoned, or not Linux | neither |
 * | `not-begun` | the fleet ended before its turn came | neither |
 */
export type FleetOutcome =
  | 'success'
  | 'incomplete'
  | 'partial'
  | 'refused'
  | 'failed'
  | 'unknown'
  | 'busy'
  | 'skipped'
  | 'not-begun';

export interface FleetRow {
  readonly node: string;
  readonly outcome: FleetOutcome;
  /** Of all outcomes but `success`. */
  readonly why?: string;
  /** The Job's name; absent where none was made. */
  readonly job?: string;
  readonly runId?: string;
  readonly work?: NodeWork;
  /** For the snapshot; not shown. */
  readonly uses?: NodeReport['uses'];
  /** For the plan of the fleet; not shown. */
  readonly plan?: { readonly header: PlanHeader; readonly actions: readonly Action[] };
  /** For the journal; not shown. */
  readonly outcomes?: NodeReport['outcomes'];
  /** The Job has told nothing that could be believed: how far it came nobody knows. For the journal; not shown. */
  readonly isSilent?: true;
}

/** What going through the nodes of a cluster came to. */
export interface FleetReport {
  /** The fleet's run: one that was killed is gone on with under the same one. */
  readonly run: string;
  readonly wasResumed: boolean;
  /** The cluster's name, where it has one. */
  readonly cluster?: string;
  /** For messages: whose Jobs, where. */
  readonly fleet: string;
  readonly mode: 'plan' | 'apply';
  /** The plan that was made, or is applied. */
  readonly plan?: FleetPlanNote;
  readonly beganAtMs: number;
  readonly endedAtMs: number;
  /** In order of names. */
  readonly nodes: readonly FleetRow[];
  /** Too many nodes had failed, and no further one was begun. */
  readonly breaker?: { readonly failed: number; readonly allowed: number };
  /** Why no further node was begun, where it is not the breaker: a signal, a lost lease. */
  readonly stopped?: string;
  readonly snapshot?: FleetSnapshot;
}

export interface FleetPlanNote {
  readonly id: string;
  /** The file to which it was written. */
  readonly file?: string;
  /** Why it was not written. */
  readonly why?: string;
}

export interface FleetSnapshot {
  readonly place: string;
  readonly written: boolean;
  /** Names of images. */
  readonly references: number;
  readonly gaps: number;
  /** Why it was not written. */
  readonly why?: string;
}
