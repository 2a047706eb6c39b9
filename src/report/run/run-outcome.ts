import type { RunReport } from '../../apply/run-report.ts';
import type { PlanHeader } from '../../plan/plan.ts';

/**
 * A run in one word, the same in reports, events and metrics:
 *
 * | word | gone | not done |
 * |---|---|---|
 * | `success` | some | none |
 * | `partial` | some | some; or what comes before and after the actions |
 * | `failed` | none | some, and requests failed |
 * | `refused` | none | some, all held back by guards |
 * | `noop` | none | none: the plan was empty |
 */
export type RunOutcome = 'success' | 'partial' | 'failed' | 'refused' | 'noop';

export function runOutcome({ tally, unfinished = [] }: Pick<RunReport, 'tally' | 'unfinished'>): RunOutcome {
  const gone = tally.done + tally.alreadyGone;
  if (tally.failed + tally.skipped === 0 && unfinished.length > 0) return 'partial';
  if (tally.failed + tally.skipped === 0) return gone === 0 ? 'noop' : 'success';
  if (gone > 0) return 'partial';
  return tally.failed > 0 ? 'failed' : 'refused';
}

/** A dry run in the same words: `refused` when a limit is broken. */
export function planOutcome({ broken, actionCount }: Pick<PlanHeader, 'broken' | 'actionCount'>): RunOutcome {
  if (broken.length > 0) return 'refused';
  return actionCount === 0 ? 'noop' : 'success';
}
