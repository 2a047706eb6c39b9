import { isGone, type Outcome } from '../../apply/outcome.ts';
import type { Removed, RunStory } from '../../apply/undo.ts';
import { formatResource } from '../../evidence/resource.ts';
import { formatBytes } from '../../util/pure/bytes.ts';
import { formatDuration } from '../../util/pure/duration.ts';
import { actionDocument } from '../action-document.ts';
import { type Document, documentHead } from '../document.ts';
import { factLines } from '../fact-lines.ts';
import { firstOf } from '../first-of.ts';
import { type MarkdownColumn, markdownTable, mdCode, mdText } from '../markdown.ts';
import { isDocumentFormat, type OutputFormat } from '../output-format.ts';
import type { Paint } from '../paint.ts';
import { renderDocument } from '../render-document.ts';
import { scopeFacts } from '../scope-fields.ts';
import { section } from '../section.ts';
import { type Column, tableLines } from '../table.ts';
import { shortTime } from '../words.ts';
import { type RunSummary, runSummaryDocument, summarizeRun } from './run-summary.ts';
import { runCounts } from './run-words.ts';

const SHOWN = 20;

/** `run show`: a past run as its journal tells it, with what it removed or may have removed. @returns lines, without line feeds. */
export function renderRunStory(runId: string, story: RunStory, format: OutputFormat, paint: Paint): Iterable<string> {
  if (isDocumentFormat(format)) return renderDocument(storyDocument(runId, story), format);
  return format === 'markdown' ? storyMarkdown(runId, story) : storyTable(runId, story, format === 'wide', paint);
}

function storyDocument(runId: string, story: RunStory): Document {
  return [
    ...documentHead('Run'),
    ...Object.entries(runSummaryDocument(summarizeRun(runId, story))),
    [
      'removed',
      story.removed.map((one) => ({ ...actionDocument(one.action), outcome: outcomeOf(story, one) ?? null })),
    ],
  ];
}

function* storyTable(runId: string, story: RunStory, all: boolean, paint: Paint): Generator<string> {
  yield* factLines(storyFacts(runId, story));
  yield* section(tableLines(columnsOf(story), firstOf(story.removed, all ? Number.POSITIVE_INFINITY : SHOWN), paint));
  if (!all && story.removed.length > SHOWN) yield `… and ${story.removed.length - SHOWN} more (-o wide shows all)`;
  yield '';
  yield nextLine(runId, story);
}

function* storyMarkdown(runId: string, story: RunStory): Generator<string> {
  yield `## Winnow run ${mdCode(runId)}`;
  yield '';
  for (const [name, value] of storyFacts(runId, story)) if (value !== undefined) yield `- ${name}: ${mdText(value)}`;
  const columns: readonly MarkdownColumn<Removed>[] = columnsOf(story).map((column) => ({
    title: column.title,
    align: column.align ?? 'left',
    cell: (one) => mdText(column.text(one)),
  }));
  yield* section(markdownTable(columns, firstOf(story.removed, SHOWN)));
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
    ['Outcome', `${runCounts({ tally })}; ${formatBytes(tally.freedBytes)} freed for the collection of blobs`],
  ];
}

function columnsOf(story: RunStory): readonly Column<Removed>[] {
  return [
    { title: 'TARGET', text: ({ action }) => formatResource(action.target) },
    { title: 'ACTION', text: ({ action }) => action.do },
    { title: 'OUTCOME', text: (one) => outcomeOf(story, one)?.result ?? 'unknown' },
    { title: 'REASON', text: ({ action }) => action.reason },
    { title: 'BECAUSE', text: ({ action }) => action.because },
    { title: 'FREED', align: 'right', text: (one) => formatBytes(freed(story, one)) },
  ];
}

function outcomeOf(story: RunStory, { action }: Removed): Outcome | undefined {
  return story.outcomes.get(action.n);
}

function freed(story: RunStory, one: Removed): number {
  const outcome = outcomeOf(story, one);
  return outcome !== undefined && isGone(outcome) ? one.action.freesBytes : 0;
}

function nextLine(runId: string, story: RunStory): string {
  return story.removed.length > 0
    ? `To take it back: winnow undo ${runId}`
    : 'It removed nothing: there is nothing to take back.';
}

const statusWords: Readonly<Record<RunSummary['status'], string>> = {
  ended: 'ended',
  undone: 'undone: all that it removed was brought back',
  'cut short': 'cut short: it did not come to its own end, or has not yet',
};
