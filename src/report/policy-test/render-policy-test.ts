import { formatBytes } from '../../util/pure/bytes.ts';
import { type Document, documentHead } from '../document.ts';
import { type MarkdownColumn, markdownTable, mdCode, mdText } from '../markdown.ts';
import { isDocumentFormat, type OutputFormat } from '../output-format.ts';
import type { Paint } from '../paint.ts';
import { printable } from '../printable.ts';
import { renderDocument } from '../render-document.ts';
import { section } from '../section.ts';
import { type Column, tableLines } from '../table.ts';
import { counted, isoTime, shortTime } from '../words.ts';
import type { PolicyChange, PolicyEffect, PolicyTest } from './policy-test.ts';

/** `policy test`. @returns lines, without line feeds. */
export function renderPolicyTest(test: PolicyTest, format: OutputFormat, paint: Paint): Iterable<string> {
  if (isDocumentFormat(format)) return renderDocument(policyTestDocument(test), format);
  return format === 'markdown' ? asMarkdown(test) : asTable(test, paint);
}

function policyTestDocument(test: PolicyTest): Document {
  const change = ({ target, reason, before, freesBytes }: PolicyChange) => ({
    ...{ target, reason: reason.code, because: reason.because, freesBytes },
    ...(before !== undefined && { before: { reason: before.code, because: before.because } }),
  });
  return [
    ...documentHead('PolicyTest'),
    ['of', test.of],
    ['madeAt', isoTime(test.madeAtMs)],
    ['gaps', test.gapCount],
    ['tested', test.tested],
    ['against', test.against],
    ['newlyDeleted', test.newlyDeleted.map(change)],
    ['newlyKept', test.newlyKept.map(change)],
  ];
}

/** What is said in words, for eyes. */
interface Said {
  readonly head: string;
  readonly deletedTitle: string;
  readonly keptTitle: string;
  readonly nothing: string;
  readonly notes: readonly string[];
}

function wordsOf({ of, madeAtMs, tested, against, newlyDeleted, newlyKept, gapCount }: PolicyTest): Said {
  const bytes = (changes: readonly PolicyChange[]) =>
    formatBytes(changes.reduce((sum, { freesBytes }) => sum + freesBytes, 0));
  const idle = tested.idleRules.map((words) => `${tested.name}: ${words}`);
  const gaps =
    gapCount === 0 ? [] : [`${counted(gapCount, 'gap')} in the evidence may have kept more than this world would.`];
  const compared = against === undefined ? 'deleted' : `deleted by ${tested.name}, and not by ${against.name}`;
  return {
    head: `Evidence of ${of}, as it was on ${shortTime(madeAtMs)}.`,
    deletedTitle: `${newlyDeleted.length} ${compared} (${bytes(newlyDeleted)}):`,
    keptTitle: `${newlyKept.length} kept by ${tested.name}, and deleted by ${against?.name ?? ''} (${bytes(newlyKept)}):`,
    nothing: against === undefined ? 'Nothing would be deleted.' : 'Both delete the same.',
    notes: [...idle, ...gaps],
  };
}

function* asTable(test: PolicyTest, paint: Paint): Generator<string> {
  const { tested, against, newlyDeleted, newlyKept } = test;
  const said = wordsOf(test);
  yield printable(said.head);
  yield* section(tableLines(effectColumns, effectsOf(tested, against), paint));
  if (newlyDeleted.length + newlyKept.length === 0) yield* section([said.nothing]);
  const columns = against === undefined ? changeColumns.slice(0, 3) : changeColumns;
  for (const [title, changes] of [
    [said.deletedTitle, newlyDeleted],
    [said.keptTitle, newlyKept],
  ] as const) {
    if (changes.length === 0) continue;
    yield* section([paint.bold(printable(title))]);
    yield* tableLines(columns, changes, paint);
  }
  yield* section(said.notes.map((note) => `${paint.yellow('!')} ${printable(note)}`));
}

function* asMarkdown(test: PolicyTest): Generator<string> {
  const { tested, against, newlyDeleted, newlyKept } = test;
  const said = wordsOf(test);
  yield mdText(said.head);
  yield* section(markdownTable(effectColumns.map(inMarkdown), effectsOf(tested, against)));
  if (newlyDeleted.length + newlyKept.length === 0) yield* section([said.nothing]);
  const columns = (against === undefined ? changeColumns.slice(0, 3) : changeColumns).map(inMarkdown);
  for (const [title, changes] of [
    [said.deletedTitle, newlyDeleted],
    [said.keptTitle, newlyKept],
  ] as const) {
    if (changes.length === 0) continue;
    yield* section([mdText(title)]);
    yield* section(markdownTable(columns, changes));
  }
  yield* section(said.notes.map((note) => `- ${mdText(note)}`));
}

function effectsOf(tested: PolicyEffect, against: PolicyEffect | undefined): readonly PolicyEffect[] {
  return against === undefined ? [tested] : [tested, against];
}

const effectColumns: readonly Column<PolicyEffect>[] = [
  { title: 'POLICIES', text: ({ name }) => name },
  { title: 'TAGS', align: 'right', text: ({ tags }) => String(tags) },
  { title: 'MANIFESTS', align: 'right', text: ({ manifests }) => String(manifests) },
  { title: 'FREES', align: 'right', text: ({ freesBytes }) => formatBytes(freesBytes) },
];

const changeColumns: readonly Column<PolicyChange>[] = [
  { title: 'TARGET', text: ({ target }) => target },
  { title: 'FREES', align: 'right', text: ({ freesBytes }) => formatBytes(freesBytes) },
  { title: 'WHY', text: ({ reason }) => reason.because },
  { title: 'BEFORE', text: ({ before }) => before?.because ?? '' },
];

function inMarkdown<Row>({ title, align, text }: Column<Row>): MarkdownColumn<Row> {
  const cell = (row: Row) => (title === 'TARGET' ? mdCode(text(row)) : mdText(text(row)));
  return { title, cell, ...(align === undefined ? {} : { align }) };
}
