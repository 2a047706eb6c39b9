import { formatBytes } from '../../util/pure/bytes.ts';
import type { OutputFormat } from '../output-format.ts';
import type { Paint } from '../paint.ts';
import { isoTime, shortTime } from '../words.ts';
import { type ListKind, renderList } from './list.ts';

/** A tag of a repository, as far as it is known. Times are UTC milliseconds since 1970. */
export interface TagRow {
  readonly tag: string;
  readonly digest?: string;
  readonly mediaType?: string;
  /** Manifest, config and layers, each counted once; of all platforms, for an index. */
  readonly sizeBytes?: number;
  readonly createdAtMs?: number;
  readonly pushedAtMs?: number;
  /** What the records say: `record 4711 (status active)`. */
  readonly record?: string;
  /** Why the tag's own line is short: its manifest could not be read. */
  readonly problem?: string;
}

const tags: ListKind<TagRow> = {
  kind: 'TagList',
  columns: [
    { title: 'TAG', name: true, text: ({ tag }) => tag },
    { title: 'DIGEST', name: true, text: ({ digest }) => digest ?? '-' },
    {
      title: 'SIZE',
      align: 'right',
      text: ({ sizeBytes }) => (sizeBytes === undefined ? '-' : formatBytes(sizeBytes)),
    },
    { title: 'CREATED', text: ({ createdAtMs }) => timeOr(createdAtMs) },
    { title: 'PUSHED', wide: true, text: ({ pushedAtMs }) => timeOr(pushedAtMs) },
    { title: 'MEDIA TYPE', wide: true, text: ({ mediaType }) => mediaType ?? '-' },
    { title: 'RECORD', text: ({ record, problem }) => problem ?? record ?? '-' },
  ],
  item: ({ createdAtMs, pushedAtMs, ...row }) => ({
    ...row,
    createdAt: createdAtMs === undefined ? undefined : isoTime(createdAtMs),
    pushedAt: pushedAtMs === undefined ? undefined : isoTime(pushedAtMs),
  }),
  empty: 'No tags.',
};

function timeOr(atMs: number | undefined): string {
  return atMs === undefined ? '-' : shortTime(atMs);
}

/** `tag ls`. @param of.registry - its host, as in references. @returns lines, without line feeds. */
export function renderTags(
  rows: Iterable<TagRow>,
  of: { readonly registry: string; readonly repository: string },
  format: OutputFormat,
  paint: Paint,
): Iterable<string> {
  return renderList(tags, rows, format, paint, [
    ['registry', of.registry],
    ['repository', of.repository],
  ]);
}
