import type { Digest } from '../../oci/digest.ts';
import { formatBytes } from '../../util/pure/bytes.ts';
import { formatDuration } from '../../util/pure/duration.ts';
import { type Document, documentHead } from '../document.ts';
import { factLines } from '../fact-lines.ts';
import { type MarkdownColumn, markdownTable, mdCode, mdText } from '../markdown.ts';
import { isDocumentFormat, type OutputFormat } from '../output-format.ts';
import type { Paint } from '../paint.ts';
import { renderDocument } from '../render-document.ts';
import { section } from '../section.ts';
import { shortDigests } from '../short-digest.ts';
import { type Column, tableLines } from '../table.ts';
import { counted, isoTime, shortTime } from '../words.ts';

/** A blob on its way out. Times are UTC milliseconds. */
export interface PendingRow {
  readonly digest: Digest;
  /** `being-unlinked`: a run is at it, or died in the midst of it; then the next one takes that step anew. */
  readonly state: 'being-unlinked' | 'unlinked' | 'hidden';
  readonly runId: string;
  readonly sinceMs: number;
  readonly sizeBytes: number;
  /** When the next run may take it one step further. */
  readonly dueAtMs: number;
}

/** What is on its way out of a storage. */
export interface StoreStatus {
  readonly store: string;
  readonly nowMs: number;
  readonly graceMs: number;
  readonly holdMs: number;
  /** The next due first. */
  readonly rows: readonly PendingRow[];
}

const SHOWN = 20;

/** @returns lines, without line feeds. */
export function renderStoreStatus(status: StoreStatus, format: OutputFormat, paint: Paint): Iterable<string> {
  if (isDocumentFormat(format)) return renderDocument(statusDocument(status), format);
  return format === 'markdown' ? statusMarkdown(status) : statusTable(status, format === 'wide', paint);
}

function statusDocument(status: StoreStatus): Document {
  const { store, nowMs, graceMs, holdMs, rows } = status;
  return [
    ...documentHead('StoreStatus'),
    ['store', store],
    ['at', isoTime(nowMs)],
    ['graceMs', graceMs],
    ['holdMs', holdMs],
    ['counts', sums(status)],
    ['blobs', documents(rows, nowMs)],
  ];
}

function* documents(rows: readonly PendingRow[], nowMs: number): Generator<object> {
  for (const { digest, state, runId, sinceMs, sizeBytes, dueAtMs } of rows)
    yield {
      ...{ digest, state, runId, since: isoTime(sinceMs) },
      ...(state === 'hidden' ? { sizeBytes } : {}),
      ...{ next: next[state], dueAt: isoTime(dueAtMs), isDue: dueAtMs <= nowMs },
    };
}

const next = { 'being-unlinked': 'unlink-blob', unlinked: 'hide-blob', hidden: 'purge-blob' } as const;

function sums({ rows, nowMs }: StoreStatus) {
  const hidden = rows.filter(({ state }) => state === 'hidden');
  const beingUnlinked = rows.filter(({ state }) => state === 'being-unlinked').length;
  return {
    beingUnlinked,
    unlinked: rows.length - hidden.length - beingUnlinked,
    hidden: hidden.length,
    hiddenBytes: hidden.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    due: rows.filter(({ dueAtMs }) => dueAtMs <= nowMs).length,
  };
}

function* statusTable(status: StoreStatus, all: boolean, paint: Paint): Generator<string> {
  const { rows } = status;
  yield* factLines([['Store', status.store], ...sentences(status)]);
  yield* section(tableLines(columns(status, all), all ? rows : rows.slice(0, SHOWN), paint));
  if (!all && rows.length > SHOWN) yield `… and ${rows.length - SHOWN} more (-o wide shows all)`;
}

function* statusMarkdown(status: StoreStatus): Generator<string> {
  yield `## Winnow hard-prune: what is on its way out`;
  yield '';
  yield `- Store ${mdCode(status.store)}`;
  for (const [name, value] of sentences(status)) yield `- ${name}: ${mdText(value)}`;
  const shown = status.rows.slice(0, SHOWN);
  yield* section(markdownTable(columns(status, false).map(toMarkdown), shown));
}

function toMarkdown({ title, align, text }: Column<PendingRow>): MarkdownColumn<PendingRow> {
  return { title, ...(align === undefined ? {} : { align }), cell: (row) => mdText(text(row)) };
}

function sentences(status: StoreStatus): readonly (readonly [string, string])[] {
  const { beingUnlinked, unlinked, hidden, hiddenBytes, due } = sums(status);
  if (status.rows.length === 0) return [['Blobs', 'nothing is on its way out']];
  const interrupted = `${counted(beingUnlinked, 'blob')}; the next run takes that step anew, unless one is at it now`;
  return [
    ...(beingUnlinked === 0 ? [] : [['Being unlinked', interrupted] as const]),
    ['Unlinked', `${counted(unlinked, 'blob')}; hidden ${formatDuration(status.graceMs)} after their links went`],
    [
      'Hidden',
      `${counted(hidden, 'blob')}, ${formatBytes(hiddenBytes)}; gone for good ${formatDuration(status.holdMs)} after they were hidden`,
    ],
    ['Due', `${counted(due, 'blob')}, at the next run with --confirm`],
  ];
}

function columns({ nowMs }: StoreStatus, isWide: boolean): readonly Column<PendingRow>[] {
  return [
    { title: 'BLOB', text: ({ digest }) => (isWide ? digest : shortDigests(digest)) },
    { title: 'STATE', text: ({ state }) => state.replace('-', ' ') },
    {
      title: 'SIZE',
      align: 'right',
      text: ({ state, sizeBytes }) => (state === 'hidden' ? formatBytes(sizeBytes) : ''),
    },
    { title: 'SINCE', text: ({ sinceMs }) => shortTime(sinceMs) },
    { title: 'NEXT', text: ({ state }) => next[state] },
    { title: 'DUE', text: ({ dueAtMs }) => (dueAtMs <= nowMs ? 'now' : `in ${formatDuration(dueAtMs - nowMs)}`) },
    { title: 'RUN', text: ({ runId }) => runId },
  ];
}
