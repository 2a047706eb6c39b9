import type { RunReport } from '../../apply/run-report.ts';

/**
 * A run in one word, the same in reports, events and metrics:
 *
 * | word | gone | not done |
 * |---|---|---|
 * | `success` | some | none |
 * | `partial` | some | some |
 * | `failed` | none | some, and requests failed |
 * | `refused` | none | some, all held back by guards |
 * | `noop` | none | none: the plan was empty |
 */
export type RunOutcome = 'success' | 'partial' | 'failed' | 'refused' | 'noop';

export function runOutcome({ tally }: Pick<RunReport, 'tally'>): RunOutcome {
  const gone = tally.done + tally.alreadyGone;
  if (tally.failed + tally.skipped === 0) return gone === 0 ? 'noop' : 'success';
  if (gone > 0) return 'partial';
  return tally.failed > 0 ? 'failed' : 'refused';
}
