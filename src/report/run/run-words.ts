import type { RunReport } from '../../apply/run-report.ts';
import { type CheckedRun, hasBroken } from '../fsck/run-check.ts';
import { counted } from '../words.ts';
import { type RunOutcome, runOutcome } from './run-outcome.ts';

const headlines: Readonly<Record<RunOutcome, string>> = {
  success: 'DONE: everything in the plan was done',
  partial: 'DONE IN PART: some of the plan was not done',
  failed: 'FAILED: nothing of the plan was done',
  refused: 'NOTHING WAS DONE: the guards held everything back',
  noop: 'NOTHING TO DO: the plan was empty',
};

/** The first line of a run's report. */
export function runHeadline(report: CheckedRun): string {
  const headline = headlineOf(report);
  if (report.check === undefined || !hasBroken(report.check)) return headline;
  return `SOMETHING IS BROKEN THAT WAS NOT BEFORE THE RUN. ${headline}`;
}

function headlineOf(report: RunReport): string {
  if (report.stopped) return 'STOPPED: the run was stopped before its end';
  const { skipped, failed } = report.tally;
  const outcome = runOutcome(report);
  if (outcome === 'partial' && skipped + failed === 0)
    return 'DONE IN PART: everything in the plan was done, what belongs to it was not';
  return headlines[outcome];
}

/** What belongs to a run besides its actions, and was not done: a line each. */
export function unfinishedLines({ unfinished = [] }: Pick<RunReport, 'unfinished'>): readonly string[] {
  return unfinished.map(({ what, code, why }) => `Not done: ${what} (${code}): ${why}`);
}

/** How many actions ended how. */
export function runCounts({ tally }: Pick<RunReport, 'tally'>): string {
  const { done, alreadyGone, skipped, failed } = tally;
  return `${counted(done, 'action')} done, ${alreadyGone} already gone, ${skipped} skipped, ${failed} failed`;
}

/** The last line: how to take it back, or what to do where there is nothing to take back. */
export function afterRun(report: RunReport): string {
  const { done, failed } = report.tally;
  const purged = (report.steps['purge-blob']?.count ?? 0) + (report.steps['delete-blob']?.count ?? 0);
  const forGood = `${counted(purged, 'blob')} went for good`;
  // A request that failed here may have succeeded there: undo asks the world.
  if (done + failed > purged)
    return `To take it back${purged === 0 ? '' : ` (but ${forGood})`}: winnow undo ${report.runId}`;
  return `Nothing to take back${purged === 0 ? '' : `: ${forGood}`}. Next: winnow run show ${report.runId}`;
}
