import type { RepositoryResult, RunReport, Undone } from '../../apply/run-report.ts';
import { targetDocument } from '../action-document.ts';
import { type Document, documentHead } from '../document.ts';
import { checkDocument } from '../fsck/fsck-document.ts';
import type { CheckedRun } from '../fsck/run-check.ts';
import { scopeFields } from '../scope-fields.ts';
import { isoTime } from '../words.ts';
import { runOutcome } from './run-outcome.ts';

/** A run's report for programs. `undone` holds the first thousand of each cause; `counts` and `causes` count all. */
export function runDocument(report: CheckedRun): Document {
  const { freedBytes, ...counts } = report.tally;
  return [
    ...documentHead('RunReport'),
    ['runId', report.runId],
    ['planId', report.planId],
    ...scopeFields(report),
    ['beganAt', isoTime(report.beganAtMs)],
    ['endedAt', isoTime(report.endedAtMs)],
    ['durationMs', report.endedAtMs - report.beganAtMs],
    ['stopped', report.stopped],
    ['outcome', runOutcome(report)],
    ['counts', counts],
    ['totals', runTotals(report)],
    ['steps', report.scope.registry === undefined ? report.steps : undefined],
    ['disks', report.disks],
    ['unfinished', report.unfinished],
    ['broughtBack', report.broughtBack],
    ['fsck', report.check === undefined ? undefined : checkDocument(report.check)],
    ['freedBytes', freedBytes],
    ['repositories', report.repositories],
    ['causes', report.causes],
    ['undone', report.undone.map((one) => undoneDocument(one, report.scope.store?.name))],
  ];
}

/** Tags of all repositories. */
export function runTotals({ repositories }: Pick<RunReport, 'repositories'>): {
  readonly found: number;
  readonly live: number;
  readonly removed: number;
} {
  const sum = (of: keyof RepositoryResult & ('found' | 'live' | 'removed')) =>
    repositories.reduce((total, one) => total + one[of], 0);
  return { found: sum('found'), live: sum('live'), removed: sum('removed') };
}

function undoneDocument({ action, outcome }: Undone, system: string | undefined): object {
  const { n, target, expects, reason } = action;
  return { n, do: action.do, ...targetDocument(target, expects.digest, system), reason, ...outcome };
}
