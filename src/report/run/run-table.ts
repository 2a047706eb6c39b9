import type { RepositoryResult, RunReport } from '../../apply/run-report.ts';
import { formatResource } from '../../evidence/resource.ts';
import { formatBytes } from '../../util/pure/bytes.ts';
import { formatDuration } from '../../util/pure/duration.ts';
import { factLines } from '../fact-lines.ts';
import { checkTable } from '../fsck/fsck-table.ts';
import { type CheckedRun, hasBroken } from '../fsck/run-check.ts';
import { imagesRunLines } from '../images/images-words.ts';
import { nodeRunLines } from '../node/node-words.ts';
import type { Paint } from '../paint.ts';
import { blobsAreLeft } from '../plan/plan-to-show.ts';
import { printable } from '../printable.ts';
import { scopeFacts } from '../scope-fields.ts';
import { section } from '../section.ts';
import { isOfStore, storeAddress, storeRunLines } from '../store/store-run.ts';
import { type Column, tableLines } from '../table.ts';
import { counted, shortTime } from '../words.ts';
import { type Cause, groupByCause, SHOWN_OF_A_CAUSE } from './causes.ts';
import { runTotals } from './run-document.ts';
import { runOutcome } from './run-outcome.ts';
import { afterRun, runCounts, runHeadline, unfinishedLines } from './run-words.ts';

/** A run's report for eyes. @param show.all - everything that was not done, as far as the report holds it */
export function* runTable(report: CheckedRun, show: { readonly all: boolean }, paint: Paint): Generator<string> {
  const outcome = runOutcome(report);
  const isBroken = report.check !== undefined && hasBroken(report.check);
  const tint = outcome === 'failed' || isBroken ? paint.red : outcome === 'success' ? paint.green : paint.yellow;
  yield tint(runHeadline(report));
  const took = formatDuration(report.endedAtMs - report.beganAtMs);
  yield* factLines([
    ['Run', `${report.runId} (${report.flow})`],
    ['Plan', report.planId === report.runId ? undefined : report.planId],
    ...scopeFacts(report.scope),
    ['Took', `${took}, from ${shortTime(report.beganAtMs)}`],
  ]);
  if (isOfStore(report)) yield* section(storeRunLines(report));
  else if (report.scope.node !== undefined) yield* section(nodeRunLines(report));
  else if (report.scope.images === undefined)
    yield* section(tableLines(repositoryColumns, repositoryRows(report), paint));
  yield* section(undoneLines(report, show.all ? Number.POSITIVE_INFINITY : SHOWN_OF_A_CAUSE, paint));
  yield* section(unfinishedLines(report).map((line) => paint.red(printable(line))));
  if (report.check !== undefined) yield* section(checkTable(report.check, storeAddress(report), show.all, paint));
  yield '';
  if (report.scope.images !== undefined) yield* imagesRunLines(report);
  yield `${runCounts(report)}.`;
  if (report.tally.freedBytes > 0 && report.scope.registry !== undefined)
    yield blobsAreLeft(report.tally.freedBytes, 'is now');
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
}

function* causeLines(group: Cause, atMost: number, paint: Paint): Generator<string> {
  const { result, cause, count, meaning, why, undone } = group;
  const tint = result === 'failed' ? paint.red : paint.yellow;
  yield `${tint(`${result} (${cause})`)}: ${counted(count, 'action')}${meaning === undefined ? '' : `: ${meaning}`}`;
  if (why !== undefined) yield `  because: ${printable(why)}`;
  for (const { action, outcome } of undone.slice(0, atMost)) {
    const target = printable(formatResource(action.target));
    yield why === undefined ? `  ${target}: ${printable(outcome.why)}` : `  ${target}`;
  }
  if (undone.length > atMost) yield `  … and ${count - atMost} more (-o wide shows ${allOf(group)})`;
  else if (count > undone.length) yield `  … and ${count - undone.length} more; the journal of the run has them all`;
}

function allOf({ count, undone }: Cause): string {
  return count === undone.length ? 'all' : String(undone.length);
}

const repositoryColumns: readonly Column<RepositoryResult>[] = [
  { title: 'REPOSITORY', text: ({ repository }) => repository },
  { title: 'FOUND', align: 'right', text: ({ found }) => String(found) },
  { title: 'LIVE', align: 'right', text: ({ live }) => String(live) },
  { title: 'REMOVED', align: 'right', text: ({ removed }) => String(removed) },
  { title: 'FREED', align: 'right', text: ({ freedBytes }) => formatBytes(freedBytes) },
];
