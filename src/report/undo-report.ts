import type { BeginEntry } from '../apply/journal-entry.ts';
import type { Restored } from '../apply/undo.ts';
import { formatResource } from '../evidence/resource.ts';
import type { Action } from '../plan/action.ts';
import { targetDocument } from './action-document.ts';
import { type Document, documentHead } from './document.ts';
import { factLines } from './fact-lines.ts';
import { markdownTable, mdCode, mdText } from './markdown.ts';
import { isDocumentFormat, type OutputFormat } from './output-format.ts';
import type { Paint } from './paint.ts';
import { renderDocument } from './render-document.ts';
import { scopeFacts, scopeFields } from './scope-fields.ts';
import { section } from './section.ts';
import { tableLines } from './table.ts';
import { counted } from './words.ts';

/** What bringing a run back came to. */
export interface UndoToShow {
  readonly runId: string;
  readonly story: { readonly begin: BeginEntry; readonly removedCount: number };
  readonly counts: Readonly<Record<Restored['result'], number>>;
  readonly problems: readonly UndoProblem[];
  readonly stopped: boolean;
}

export interface UndoProblem {
  readonly action: Action;
  readonly restored: Restored;
}

/** Shows what came back, and for each thing that did not, why. Never shortened. @returns lines, without line feeds. */
export function renderUndo(undo: UndoToShow, format: OutputFormat, paint: Paint): Iterable<string> {
  if (isDocumentFormat(format)) return renderDocument(undoDocument(undo), format);
  return format === 'markdown' ? undoMarkdown(undo) : undoTable(undo, paint);
}

/** Things that a stop left no time for. */
export function notTried({ story, counts }: Pick<UndoToShow, 'story' | 'counts'>): number {
  return story.removedCount - Object.values(counts).reduce((sum, count) => sum + count, 0);
}

function undoDocument(undo: UndoToShow): Document {
  const { header } = undo.story.begin;
  const { restored, 'already-there': alreadyThere, conflict, impossible, failed } = undo.counts;
  return [
    ...documentHead('UndoReport'),
    ['runId', undo.runId],
    ...scopeFields(header),
    ['stopped', undo.stopped],
    ['counts', { restored, alreadyThere, conflict, impossible, failed, notTried: notTried(undo) }],
    [
      'problems',
      undo.problems.map(({ action, restored: result }) => ({
        n: action.n,
        ...targetDocument(action.target, action.expects.digest),
        ...result,
      })),
    ],
  ];
}

function* undoTable(undo: UndoToShow, paint: Paint): Generator<string> {
  const { problems, story } = undo;
  const isWhole = problems.length === 0 && notTried(undo) === 0;
  yield (isWhole ? paint.green : paint.yellow)(headline(undo));
  yield* factLines([['Run', undo.runId], ...scopeFacts(story.begin.header.scope)]);
  yield* section(
    tableLines(
      [
        { title: 'NOT BACK', text: ({ action }) => formatResource(action.target) },
        { title: 'RESULT', text: ({ restored }) => restored.result },
        { title: 'WHY', text: whyNot },
      ],
      problems,
      paint,
    ),
  );
  yield '';
  yield countsLine(undo);
  yield nextLine(undo);
}

function* undoMarkdown(undo: UndoToShow): Generator<string> {
  yield `## Winnow undo ${mdCode(undo.runId)}`;
  yield '';
  yield `**${headline(undo)}** ${countsLine(undo)}`;
  yield* section(
    markdownTable<UndoProblem>(
      [
        { title: 'Not back', cell: ({ action }) => mdCode(formatResource(action.target)) },
        { title: 'Result', cell: ({ restored }) => restored.result },
        { title: 'Why', cell: (problem) => mdText(whyNot(problem)) },
      ],
      undo.problems,
    ),
  );
  yield '';
  yield mdText(nextLine(undo));
}

function headline(undo: UndoToShow): string {
  if (undo.story.removedCount === 0) return 'NOTHING TO UNDO: the run removed nothing.';
  if (notTried(undo) > 0) return 'STOPPED: not everything was tried.';
  return undo.problems.length === 0 ? 'UNDONE: everything is back.' : 'UNDONE IN PART: not everything is back.';
}

function countsLine(undo: UndoToShow): string {
  const { restored, 'already-there': alreadyThere, conflict, impossible, failed } = undo.counts;
  const left = notTried(undo);
  const said = `${counted(restored, 'thing')} restored, ${alreadyThere} already there, ${conflict} in conflict, ${impossible} impossible, ${failed} failed`;
  return left === 0 ? `${said}.` : `${said}, ${left} not tried.`;
}

function nextLine(undo: UndoToShow): string {
  if (notTried(undo) > 0 || undo.counts.failed > 0) return `Doing it again is harmless: winnow undo ${undo.runId}`;
  return `Next: winnow run show ${undo.runId}`;
}

function whyNot({ restored }: UndoProblem): string {
  return 'why' in restored ? restored.why : '';
}
