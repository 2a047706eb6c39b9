import type { Gap } from '../../evidence/gap.ts';
import { formatBytes } from '../../util/pure/bytes.ts';
import { gapSentence } from '../gap-lines.ts';
import { mdText } from '../markdown.ts';
import { isDocumentFormat, type OutputFormat } from '../output-format.ts';
import type { Paint } from '../paint.ts';
import { printable } from '../printable.ts';
import { section } from '../section.ts';
import { isoTime, shortTime } from '../words.ts';
import { type ListColumn, type ListKind, renderList } from './list.ts';

/** A tag of a repository, as far as it is known. Times are UTC milliseconds since 1970. */
export interface TagRow {
  readonly tag: string;
  readonly digest?: string;
  readonly mediaType?: string;
  /** Manifest, config and layers, each counted once; of all platforms, for an index. */
  readonly sizeBytes?: number;
  readonly createdAtMs?: number;
  readonly pushedAtMs?: number;
  /** What the records say: `record 4711 (active)`; `unknown` where they could not be read. */
  readonly record?: string;
  /** Why its line is short: its manifest could not be read. */
  readonly problem?: string;
}

/** Where the tags are, and what is told of them. */
export interface TagsShown {
  /** Its host, as in references. */
  readonly registry: string;
  readonly repository: string;
  /** Whether the settings name records at all. */
  readonly hasRecords: boolean;
  /** What could not be seen. */
  readonly gaps: readonly Gap[];
}

/** Columns that could only be empty are left out. */
function listOf(rows: readonly TagRow[], { hasRecords }: TagsShown): ListKind<TagRow> {
  const some = (field: keyof TagRow) => rows.some((row) => row[field] !== undefined);
  const columns: readonly (ListColumn<TagRow> | false)[] = [
    { title: 'TAG', name: true, text: ({ tag }) => tag },
    { title: 'DIGEST', name: true, text: ({ digest }) => digest ?? '-' },
    {
      title: 'SIZE',
      align: 'right',
      text: ({ sizeBytes }) => (sizeBytes === undefined ? '-' : formatBytes(sizeBytes)),
    },
    { title: 'CREATED', wide: true, text: ({ createdAtMs }) => timeOr(createdAtMs) },
    some('pushedAtMs') && { title: 'PUSHED', wide: true, text: ({ pushedAtMs }) => timeOr(pushedAtMs) },
    { title: 'MEDIA TYPE', wide: true, text: ({ mediaType }) => mediaType ?? '-' },
    hasRecords && { title: 'RECORD', text: ({ record }) => record ?? '-' },
    some('problem') && { title: 'PROBLEM', text: ({ problem }) => problem ?? '' },
  ];
  return {
    kind: 'TagList',
    columns: columns.filter((column) => column !== false),
    item: ({ createdAtMs, pushedAtMs, ...row }) => ({
      ...row,
      createdAt: createdAtMs === undefined ? undefined : isoTime(createdAtMs),
      pushedAt: pushedAtMs === undefined ? undefined : isoTime(pushedAtMs),
    }),
    empty: 'No tags.',
  };
}

function timeOr(atMs: number | undefined): string {
  return atMs === undefined ? '-' : shortTime(atMs);
}

/** `tag ls`. @returns lines, without line feeds. */
export function* renderTags(
  rows: readonly TagRow[],
  shown: TagsShown,
  format: OutputFormat,
  paint: Paint,
): Generator<string> {
  const { registry, repository, gaps } = shown;
  yield* renderList(listOf(rows, shown), rows, format, paint, [
    ['registry', registry],
    ['repository', repository],
    ['gaps', gaps],
  ]);
  if (isDocumentFormat(format)) return;
  const words = gaps.map((gap) => gapSentence(gap));
  yield* section(
    words.map((one) => (format === 'markdown' ? `- ${mdText(one)}` : `${paint.yellow('!')} ${printable(one)}`)),
  );
}
