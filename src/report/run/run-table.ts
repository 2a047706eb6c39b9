import type { RepositoryResult, RunReport } from '../../apply/run-report.ts';
import { formatResource } from '../../evidence/resource.ts';
import { formatBytes } from '../../util/pure/bytes.ts';
import { formatDuration } from '../../util/pure/duration.ts';
import { factLines } from '../fact-lines.ts';
import type { Paint } from '../paint.ts';
import { blobsAreLeft } from '../plan/plan-to-show.ts';
import { printable } from '../printable.ts';
import { scopeFacts } from '../scope-fields.ts';
import { section } from '../section.ts';
import { type Column, tableLines } from '../table.ts';
import { counted, shortTime } from '../words.ts';
import { type Cause, groupByCause, whyUndone } from './causes.ts';
import { runTotals } from './run-document.ts';
import { runOutcome } from './run-outcome.ts';
import { afterRun, runCounts, runHeadline } from './run-words.ts';

const SHOWN_OF_A_CAUSE = 10;

/** A run's report for eyes. @param show.all - everything that was not done, as far as the report holds it */
export function* runTable(report: RunReport, show: { readonly all: boolean }, paint: Paint): Generator<string> {
  const outcome = runOutcome(report);
  const tint = outcome === 'failed' ? paint.red : outcome === 'success' ? paint.green : paint.yellow;
  yield tint(runHeadline(report));
  const took = formatDuration(report.endedAtMs - report.beganAtMs);
  yield* factLines([
    ['Run', `${report.runId} (${report.flow})`],
    ['Plan', report.planId === report.runId ? undefined : report.planId],
    ...scopeFacts(report.scope),
    ['Took', `${took}, from ${shortTime(report.beganAtMs)}`],
  ]);
  yield* section(tableLines(repositoryColumns, repositoryRows(report), paint));
  yield* section(undoneLines(report, show.all ? Number.POSITIVE_INFINITY : SHOWN_OF_A_CAUSE, paint));
  yield '';
  yield `${runCounts(report)}.`;
  if (report.tally.freedBytes > 0) yield blobsAreLeft(report.tally.freedBytes, 'is now');
  yield afterRun(report);
}

function repositoryRows(report: RunReport): readonly RepositoryResult[] {
  const total = { repository: 'TOTAL', ...runTotals(report), freedBytes: report.tally.freedBytes };
  return report.repositories.length === 0 ? [] : [...report.repositories, total];
}

function* undoneLines(report: RunReport, atMost: number, paint: Paint): Generator<string> {
  if (report.undone.length === 0) return;
  const all = report.tally.skipped + report.tally.failed;
  yield paint.bold(`NOT DONE: ${counted(all, 'action')}`);
  for (const group of groupByCause(report)) yield* causeLines(group, atMost, paint);
  if (all > report.undone.length) yield `… and ${all - report.undone.length} more; the journal of the run has them all`;
}

function* causeLines({ result, cause, meaning, undone }: Cause, atMost: number, paint: Paint): Generator<string> {
  const tint = result === 'failed' ? paint.red : paint.yellow;
  yield `${tint(`${result} (${cause})`)}: ${counted(undone.length, 'action')}${meaning === undefined ? '' : `: ${meaning}`}`;
  for (const one of undone.slice(0, atMost))
    yield `  ${printable(formatResource(one.action.target))}: ${printable(whyUndone(one))}`;
  if (undone.length > atMost) yield `  … and ${undone.length - atMost} more (-o wide shows all)`;
}

const repositoryColumns: readonly Column<RepositoryResult>[] = [
  { title: 'REPOSITORY', text: ({ repository }) => repository },
  { title: 'FOUND', align: 'right', text: ({ found }) => String(found) },
  { title: 'LIVE', align: 'right', text: ({ live }) => String(live) },
  { title: 'REMOVED', align: 'right', text: ({ removed }) => String(removed) },
  { title: 'FREED', align: 'right', text: ({ freedBytes }) => formatBytes(freedBytes) },
];
