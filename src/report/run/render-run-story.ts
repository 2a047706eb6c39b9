import type { RemovedThing, RunStory } from '../../apply/run-story.ts';
import { formatResource } from '../../evidence/resource.ts';
import type { Action } from '../../plan/action.ts';
import { formatBytes } from '../../util/pure/bytes.ts';
import { formatDuration } from '../../util/pure/duration.ts';
import { actionDocument } from '../action-document.ts';
import { type Document, documentHead } from '../document.ts';
import { factLines } from '../fact-lines.ts';
import { firstOf } from '../first-of.ts';
import { type MarkdownColumn, markdownTable, mdCode, mdText } from '../markdown.ts';
import { isDocumentFormat, type OutputFormat } from '../output-format.ts';
import type { Paint } from '../paint.ts';
import { printable } from '../printable.ts';
import { renderDocument } from '../render-document.ts';
import { scopeFacts } from '../scope-fields.ts';
import { section } from '../section.ts';
import { type Column, tableLines } from '../table.ts';
import { shortTime } from '../words.ts';
import { type RunSummary, runSummaryDocument, summarizeRun } from './run-summary.ts';
import { runCounts, unfinishedLines } from './run-words.ts';

const SHOWN = 20;

/** A past run with all that it removed or may have removed. */
export interface WholeStory extends RunStory {
  readonly removed: readonly RemovedThing[];
}

/** `run show`: a past run as its journal tells it. @returns lines, without line feeds. */
export function renderRunStory(runId: string, story: WholeStory, format: OutputFormat, paint: Paint): Iterable<string> {
  if (isDocumentFormat(format)) return renderDocument(storyDocument(runId, story), format);
  return format === 'markdown' ? storyMarkdown(runId, story) : storyTable(runId, story, format === 'wide', paint);
}

function storyDocument(runId: string, story: WholeStory): Document {
  return [
    ...documentHead('Run'),
    ...Object.entries(runSummaryDocument(summarizeRun(runId, story))),
    ['unfinished', story.unfinished.length === 0 ? undefined : story.unfinished],
    ['removed', story.removed.map(({ action, outcome }) => ({ ...actionDocument(action), outcome: outcome ?? null }))],
  ];
}

function* storyTable(runId: string, story: WholeStory, all: boolean, paint: Paint): Generator<string> {
  yield* factLines(storyFacts(runId, story));
  yield* section(unfinishedLines(story).map((line) => paint.red(printable(line))));
  yield* section(tableLines(columns, firstOf(story.removed, all ? Number.POSITIVE_INFINITY : SHOWN), paint));
  if (!all && story.removed.length > SHOWN) yield `… and ${story.removed.length - SHOWN} more (-o wide shows all)`;
  yield '';
  yield nextLine(runId, story);
}

function* storyMarkdown(runId: string, story: WholeStory): Generator<string> {
  yield `## Winnow run ${mdCode(runId)}`;
  yield '';
  for (const [name, value] of storyFacts(runId, story)) if (value !== undefined) yield `- ${name}: ${mdText(value)}`;
  yield* section(unfinishedLines(story).map((line) => `- ${mdText(line)}`));
  const cells: readonly MarkdownColumn<RemovedThing>[] = columns.map((column) => ({
    title: column.title,
    align: column.align ?? 'left',
    cell: (one) => mdText(column.text(one)),
  }));
  yield* section(markdownTable(cells, firstOf(story.removed, SHOWN)));
  if (story.removed.length > SHOWN) yield* ['', `… and ${story.removed.length - SHOWN} more`];
  yield '';
  yield mdText(nextLine(runId, story));
}

function storyFacts(runId: string, story: RunStory): readonly (readonly [string, string | undefined])[] {
  const { flow, scope, by, beganAtMs, endedAtMs, status, planned, tally, planId } = summarizeRun(runId, story);
  const took = endedAtMs === undefined ? '' : `, took ${formatDuration(endedAtMs - beganAtMs)}`;
  return [
    ['Run', `${runId} (${flow})`],
    ['Plan', planId === runId ? undefined : planId],
    ...scopeFacts(scope),
    ['By', by],
    ['Began', `${shortTime(beganAtMs)}${took}`],
    ['Status', statusWords[status]],
    ['Planned', `${planned} actions`],
    [
      'Outcome',
      `${runCounts({ tally })}; ${formatBytes(tally.freedBytes)} freed${(scope.node ?? scope.fleet) === undefined ? ' for the collection of blobs' : ''}`,
    ],
  ];
}

const columns: readonly Column<RemovedThing>[] = [
  { title: 'TARGET', text: ({ action }) => called(action) },
  { title: 'ACTION', text: ({ action }) => action.do },
  { title: 'OUTCOME', text: ({ outcome }) => outcome?.result ?? 'unknown' },
  { title: 'REASON', text: ({ action }) => action.reason },
  { title: 'BECAUSE', text: ({ action }) => action.because },
  { title: 'FREED', align: 'right', text: (one) => formatBytes(freed(one)) },
];

/** Things of a node have names that people know. */
function called({ target, names, node }: Action): string {
  const name = names?.[0] ?? formatResource(target);
  return node === undefined ? name : `${node}: ${name}`;
}

function freed({ action, outcome }: RemovedThing): number {
  return outcome?.result === 'done' ? action.freesBytes : 0;
}

function nextLine(runId: string, story: RunStory): string {
  if (story.removedCount > 0 && story.begin.header.scope.fleet !== undefined)
    return 'To take it back: winnow undo, on each node, with its state directory.';
  return story.removedCount > 0
    ? `To take it back: winnow undo ${runId}`
    : 'It removed nothing: there is nothing to take back.';
}

const statusWords: Readonly<Record<RunSummary['status'], string>> = {
  ended: 'ended',
  undone: 'undone: all that it removed was brought back',
  'cut short': 'cut short: it did not come to its own end, or has not yet',
};
