import type { RepositoryResult, RunReport } from '../../apply/run-report.ts';
import { formatResource } from '../../evidence/resource.ts';
import { formatBytes } from '../../util/pure/bytes.ts';
import { formatDuration } from '../../util/pure/duration.ts';
import { type MarkdownColumn, markdownTable, mdCode, mdText } from '../markdown.ts';
import { blobsAreLeft } from '../plan/plan-to-show.ts';
import { section } from '../section.ts';
import { counted, shortTime } from '../words.ts';
import { groupByCause, whyUndone } from './causes.ts';
import { runTotals } from './run-document.ts';
import { afterRun, runCounts, runHeadline } from './run-words.ts';

const SHOWN = 50;
const SHOWN_OF_A_CAUSE = 10;

/** A run's report for a merge request or a chat. */
export function* runMarkdown(report: RunReport): Generator<string> {
  const { removed, found } = runTotals(report);
  const { scope, tally } = report;
  yield `## Winnow ${report.flow}: ${counted(removed, 'tag')} of ${found} removed`;
  yield '';
  yield `**${runHeadline(report)}.** ${runCounts(report)}.`;
  if (tally.freedBytes > 0) yield* section([blobsAreLeft(tally.freedBytes, 'is now')]);
  yield '';
  yield `- Registry ${mdCode(scope.registry.host)}${scope.cluster === undefined ? '' : `, cluster ${mdCode(scope.cluster)}`}`;
  yield `- Run ${mdCode(report.runId)}, ${formatDuration(report.endedAtMs - report.beganAtMs)} from ${shortTime(report.beganAtMs)}`;
  yield* section(repositoryTable(report.repositories));
  yield* section(undoneItems(report));
  yield '';
  yield mdText(afterRun(report));
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
  for (const { result, cause, meaning, undone } of groupByCause(report)) {
    yield `- ${result} (${mdCode(cause)}): ${counted(undone.length, 'action')}${meaning === undefined ? '' : `: ${meaning}`}`;
    for (const one of undone.slice(0, SHOWN_OF_A_CAUSE))
      yield `  - ${mdCode(formatResource(one.action.target))}: ${mdText(whyUndone(one))}`;
    if (undone.length > SHOWN_OF_A_CAUSE) yield `  - … and ${undone.length - SHOWN_OF_A_CAUSE} more`;
  }
}

const repositoryColumns: readonly MarkdownColumn<RepositoryResult>[] = [
  { title: 'Repository', cell: ({ repository }) => mdCode(repository) },
  { title: 'Found', align: 'right', cell: ({ found }) => String(found) },
  { title: 'Live', align: 'right', cell: ({ live }) => String(live) },
  { title: 'Removed', align: 'right', cell: ({ removed }) => String(removed) },
  { title: 'Freed', align: 'right', cell: ({ freedBytes }) => formatBytes(freedBytes) },
];
