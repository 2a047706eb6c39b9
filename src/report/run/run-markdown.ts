import type { RepositoryResult, RunReport } from '../../apply/run-report.ts';
import { formatResource } from '../../evidence/resource.ts';
import { systemKind, systemName } from '../../plan/plan.ts';
import { formatBytes } from '../../util/pure/bytes.ts';
import { formatDuration } from '../../util/pure/duration.ts';
import { checkMarkdown } from '../fsck/fsck-markdown.ts';
import type { CheckedRun } from '../fsck/run-check.ts';
import { imagesRunLines } from '../images/images-words.ts';
import { type MarkdownColumn, markdownTable, mdCode, mdText } from '../markdown.ts';
import { nodeRunLines } from '../node/node-words.ts';
import { blobsAreLeft } from '../plan/plan-to-show.ts';
import { section } from '../section.ts';
import { isOfStore, storeAddress, storeRunLines } from '../store/store-run.ts';
import { counted, shortTime } from '../words.ts';
import { groupByCause, SHOWN_OF_A_CAUSE } from './causes.ts';
import { runTotals } from './run-document.ts';
import { afterRun, runCounts, runHeadline, unfinishedLines } from './run-words.ts';

const SHOWN = 50;

/** A run's report for a merge request or a chat. */
export function* runMarkdown(report: CheckedRun): Generator<string> {
  const { removed, found } = runTotals(report);
  const { scope, tally } = report;
  yield isOfStore(report) || scope.images !== undefined || scope.node !== undefined
    ? `## Winnow ${report.flow}`
    : `## Winnow ${report.flow}: ${counted(removed, 'tag')} of ${found} removed`;
  yield '';
  yield `**${runHeadline(report)}.** ${runCounts(report)}.`;
  if (isOfStore(report)) yield* section(storeRunLines(report).map((line) => `- ${mdText(line)}`));
  else if (scope.images !== undefined) yield* section(imagesRunLines(report).map((line) => `- ${mdText(line)}`));
  else if (scope.node !== undefined) yield* section(nodeRunLines(report).map((line) => `- ${mdText(line)}`));
  else if (tally.freedBytes > 0) yield* section([blobsAreLeft(tally.freedBytes, 'is now')]);
  yield '';
  yield `- ${systemWord(scope)} ${mdCode(systemName(scope))}${scope.cluster === undefined ? '' : `, cluster ${mdCode(scope.cluster)}`}`;
  yield `- Run ${mdCode(report.runId)}, ${formatDuration(report.endedAtMs - report.beganAtMs)} from ${shortTime(report.beganAtMs)}`;
  if (scope.registry !== undefined) yield* section(repositoryTable(report.repositories));
  yield* section(undoneItems(report));
  yield* section(unfinishedLines(report).map((line) => `- ${mdText(line)}`));
  if (report.check !== undefined) yield* section(checkMarkdown(report.check, storeAddress(report)));
  yield '';
  yield mdText(afterRun(report));
}

function systemWord(scope: RunReport['scope']): string {
  const kind = systemKind(scope);
  return `${kind.charAt(0).toUpperCase()}${kind.slice(1)}`;
}

/** The repositories from which something went, and others as far as there is room. */
function* repositoryTable(repositories: readonly RepositoryResult[]): Generator<string> {
  const first = [...repositories].sort((a, b) => Number(b.removed > 0) - Number(a.removed > 0));
  yield* markdownTable(repositoryColumns, first.slice(0, SHOWN));
  if (repositories.length > SHOWN) yield* ['', `… and ${counted(repositories.length - SHOWN, 'more repository')}`];
}

function* undoneItems(report: RunReport): Generator<string> {
  if (report.undone.length === 0) return;
  yield `**Not done: ${counted(report.tally.skipped + report.tally.failed, 'action')}**`;
  yield '';
  for (const { result, cause, count, meaning, why, undone } of groupByCause(report)) {
    const words = [meaning, why === undefined ? undefined : mdText(why)].filter((one) => one !== undefined);
    yield `- ${[`${result} (${mdCode(cause)})`, counted(count, 'action'), ...words].join(': ')}`;
    for (const { action, outcome } of undone.slice(0, SHOWN_OF_A_CAUSE))
      yield `  - ${mdCode(formatResource(action.target))}${why === undefined ? `: ${mdText(outcome.why)}` : ''}`;
    if (count > SHOWN_OF_A_CAUSE) yield `  - … and ${count - SHOWN_OF_A_CAUSE} more`;
  }
}

const repositoryColumns: readonly MarkdownColumn<RepositoryResult>[] = [
  { title: 'Repository', cell: ({ repository }) => mdCode(repository) },
  { title: 'Found', align: 'right', cell: ({ found }) => String(found) },
  { title: 'Live', align: 'right', cell: ({ live }) => String(live) },
  { title: 'Removed', align: 'right', cell: ({ removed }) => String(removed) },
  { title: 'Freed', align: 'right', cell: ({ freedBytes }) => formatBytes(freedBytes) },
];
