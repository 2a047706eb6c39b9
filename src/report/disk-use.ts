import type { Share } from '../graph/size.ts';
import { formatBytes } from '../util/pure/bytes.ts';
import { type Document, documentHead } from './document.ts';
import { type MarkdownColumn, markdownTable, mdCode, mdText } from './markdown.ts';
import { isDocumentFormat, type OutputFormat } from './output-format.ts';
import type { Paint } from './paint.ts';
import { renderDocument } from './render-document.ts';
import { section } from './section.ts';
import { type Column, tableLines } from './table.ts';
import { counted } from './words.ts';

/** Where a registry's bytes are. All shares are of one survey; a repository's is divided among repositories, a tag's among all tags. */
export interface DiskUse {
  readonly registry: string;
  readonly repositories: readonly RepositoryUse[];
  /** Bytes that several repositories reach, counted once. */
  readonly sharedBytes: number;
  /** What could not be counted, in a sentence: sizes that nothing tells. */
  readonly unknown?: string;
}

export interface RepositoryUse {
  readonly repository: string;
  readonly tagCount: number;
  readonly share: Share;
  /** With tags: every tag of the repository. */
  readonly tags?: readonly TagUse[];
}

export interface TagUse {
  readonly tag: string;
  readonly share: Share;
}

/** Shows who holds how many bytes. @returns lines, without line feeds. */
export function renderDiskUse(use: DiskUse, format: OutputFormat, paint: Paint): Iterable<string> {
  if (isDocumentFormat(format)) return renderDocument(useDocument(use), format);
  return format === 'markdown' ? useMarkdown(use) : useTable(use, paint);
}

/** All bytes that any tag reaches, each counted once. */
export function totalBytes({ repositories, sharedBytes }: DiskUse): number {
  return repositories.reduce((sum, { share }) => sum + share.uniqueBytes, sharedBytes);
}

/** Bytes that nobody but this repository reaches, but several of its tags do, or its untagged manifests. */
function withinRepository({ share, tags }: RepositoryUse): number | undefined {
  return tags?.reduce((rest, tag) => rest - tag.share.uniqueBytes, share.uniqueBytes);
}

function useDocument(use: DiskUse): Document {
  return [
    ...documentHead('DiskUse'),
    ['registry', use.registry],
    ['totalBytes', totalBytes(use)],
    ['sharedBytes', use.sharedBytes],
    ['unknown', use.unknown],
    [
      'repositories',
      use.repositories.map((one) => ({
        repository: one.repository,
        tagCount: one.tagCount,
        ...one.share,
        sharedWithinBytes: withinRepository(one),
        tags: one.tags?.map(({ tag, share }) => ({ tag, ...share })),
      })),
    ],
  ];
}

interface Row {
  readonly repository: string;
  readonly what: string;
  /** Absent where the line only tells parts of another: it is no part of the sum. */
  readonly uniqueBytes: number;
  readonly sharedBytes?: number;
}

/** Each repository, its tags below it, and at the end what repositories share, and the sum. */
function* rowsOf(use: DiskUse): Generator<Row> {
  for (const one of use.repositories) {
    yield { repository: one.repository, what: counted(one.tagCount, 'tag'), ...one.share };
    for (const { tag, share } of one.tags ?? []) yield { repository: one.repository, what: `:${tag}`, ...share };
    const within = withinRepository(one) ?? 0;
    if (within > 0) yield { repository: one.repository, what: 'shared by its tags', uniqueBytes: within };
  }
  if (use.repositories.length === 0) return;
  yield { repository: 'SHARED', what: 'by several repositories', uniqueBytes: use.sharedBytes };
  yield { repository: 'TOTAL', what: '', uniqueBytes: totalBytes(use) };
}

const columns: readonly Column<Row>[] = [
  { title: 'REPOSITORY', text: ({ repository }) => repository },
  { title: 'WHAT', text: ({ what }) => what },
  { title: 'UNIQUE', align: 'right', text: ({ uniqueBytes }) => formatBytes(uniqueBytes) },
  {
    title: 'SHARED',
    align: 'right',
    text: ({ sharedBytes }) => (sharedBytes === undefined ? '' : formatBytes(sharedBytes)),
  },
];

const legend =
  'UNIQUE goes when the line’s owner goes; of the repositories it adds up, with SHARED counted once, to the TOTAL.';

function* useTable(use: DiskUse, paint: Paint): Generator<string> {
  if (use.repositories.length === 0) yield 'No repositories.';
  yield* tableLines(columns, rowsOf(use), paint);
  yield* section(use.repositories.length === 0 ? [] : [legend]);
  if (use.unknown !== undefined) yield `${paint.yellow('!')} ${use.unknown}`;
}

function* useMarkdown(use: DiskUse): Generator<string> {
  yield `## Disk use of ${mdCode(use.registry)}: ${formatBytes(totalBytes(use))}`;
  const cells: readonly MarkdownColumn<Row>[] = columns.map(({ title, text, align = 'left' }) => ({
    title,
    align,
    cell: (row) => (title === 'REPOSITORY' ? mdCode(text(row)) : mdText(text(row))),
  }));
  if (use.repositories.length === 0) yield* section(['No repositories.']);
  yield* section(markdownTable(cells, rowsOf(use)));
  yield* section(use.repositories.length === 0 ? [] : [legend]);
  if (use.unknown !== undefined) yield* section([use.unknown]);
}
