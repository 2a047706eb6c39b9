import type { RunReport } from '../apply/run-report.ts';
import type { PlanHeader } from '../plan/plan.ts';
import { planSummaryEvent, runSummaryEvent, type SummaryEvent } from './events.ts';

/**
 * The summary of a prune, sent to whoever wants to know: that of a reconciliation, by another name, and what is known of the clusters
 * besides. `live` are the tags that a workload or an active record uses.
 */
export interface PruneEvent extends Omit<SummaryEvent, 'type'> {
  readonly type: 'prune.summary';
  /** Clusters that were asked. */
  readonly clusters: number;
  /** Names of images in use that could not be read. */
  readonly bad_references: number;
  /** Rules of the policies that nothing met. */
  readonly idle_rules: number;
}

/** What a dry run found out. @param durationMs - what it took to make the plan. */
export function prunePlanEvent(header: PlanHeader, durationMs: number): PruneEvent {
  return { ...planSummaryEvent(header, durationMs), ...besides(header) };
}

/** What a run did. @param header - of the plan that was applied. */
export function pruneRunEvent(report: RunReport, header: PlanHeader): PruneEvent {
  return { ...runSummaryEvent(report, header), ...besides(header) };
}

function besides({ clusters = [], badReferences = [], idleRules = [] }: PlanHeader) {
  return {
    type: 'prune.summary',
    clusters: clusters.length,
    bad_references: badReferences.length,
    idle_rules: idleRules.length,
  } as const;
}
