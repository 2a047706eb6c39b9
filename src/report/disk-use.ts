import type { Share } from '../graph/size.ts';
import { formatBytes } from '../util/pure/bytes.ts';
import { type Document, documentHead } from './document.ts';
import { type MarkdownColumn, markdownTable, mdCode, mdText } from './markdown.ts';
import { isDocumentFormat, type OutputFormat } from './output-format.ts';
import type { Paint } from './paint.ts';
import { renderDocument } from './render-document.ts';
import { section } from './section.ts';
import { shortDigests } from './short-digest.ts';
import { type Column, tableLines } from './table.ts';
import { counted } from './words.ts';

/** Where a registry's bytes are. All shares are of one survey; a repository's is divided among repositories, a tag's among all tags. */
export interface DiskUse {
  /** The registry's host, or the store's name. */
  readonly registry: string;
  /** What of a storage belongs to no repository. Absent for a registry that was looked at through its API. */
  readonly storage?: StorageUse;
  /** With layers: every blob that has bytes, the largest first. */
  readonly layers?: readonly LayerUse[];
  readonly repositories: readonly RepositoryUse[];
  /** Bytes that several repositories reach, counted once. */
  readonly sharedBytes: number;
  /** What could not be counted, in a sentence: sizes that nothing tells. */
  readonly unknown?: string;
}

/** Bytes on a storage that no repository's manifests reach. With those of the repositories they add up to all of its data. */
export interface StorageUse {
  /** Length of the blobs in their place that nothing needs: `hard-prune` would remove them, once they are old enough. */
  readonly unneededBytes: number;
  /** What the disk gets back then: whole blocks, and nothing for data that has another hard link. No part of the sum. */
  readonly reclaimableBytes: number;
  /** In the quarantine. */
  readonly hiddenBytes: number;
  /** Uploads and temporary files. */
  readonly lyingAboutBytes: number;
}

export interface LayerUse {
  readonly digest: string;
  readonly sizeBytes: number;
  /** How many repositories need it. */
  readonly repositories: number;
  readonly state: 'unique' | 'shared' | 'reclaimable' | 'hidden';
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
  return format === 'markdown' ? useMarkdown(use) : useTable(use, format === 'wide', paint);
}

/** All bytes that any tag reaches, each counted once; of a storage all bytes of its data. */
export function totalBytes({ repositories, sharedBytes, storage }: DiskUse): number {
  const { unneededBytes = 0, hiddenBytes = 0, lyingAboutBytes = 0 } = storage ?? {};
  const others = sharedBytes + unneededBytes + hiddenBytes + lyingAboutBytes;
  return repositories.reduce((sum, { share }) => sum + share.uniqueBytes, others);
}

/** Bytes that nobody but this repository reaches, but several of its tags do, or its untagged manifests. */
function withinRepository({ share, tags }: RepositoryUse): number | undefined {
  return tags?.reduce((rest, tag) => rest - tag.share.uniqueBytes, share.uniqueBytes);
}

function useDocument(use: DiskUse): Document {
  return [
    ...documentHead('DiskUse'),
    [use.storage === undefined ? 'registry' : 'store', use.registry],
    ['totalBytes', totalBytes(use)],
    ['sharedBytes', use.sharedBytes],
    ...Object.entries(use.storage ?? {}),
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
    ['layers', use.layers],
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
  if (isEmpty(use)) return;
  yield { repository: 'SHARED', what: 'by several repositories', uniqueBytes: use.sharedBytes };
  if (use.storage !== undefined) yield* storageRows(use.storage);
  yield { repository: 'TOTAL', what: '', uniqueBytes: totalBytes(use) };
}

function* storageRows(use: StorageUse): Generator<Row> {
  const { unneededBytes, reclaimableBytes, hiddenBytes, lyingAboutBytes } = use;
  yield { repository: 'UNNEEDED', what: 'needed by nothing', uniqueBytes: unneededBytes };
  yield { repository: 'RECLAIMABLE', what: 'what the disk gets back of it', uniqueBytes: reclaimableBytes };
  yield { repository: 'HIDDEN', what: 'in the quarantine', uniqueBytes: hiddenBytes };
  yield { repository: 'LYING ABOUT', what: 'uploads, temporary files', uniqueBytes: lyingAboutBytes };
}

/** A storage without repositories can have data all the same. */
function isEmpty({ repositories, storage }: DiskUse): boolean {
  return repositories.length === 0 && storage === undefined;
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

function* useTable(use: DiskUse, all: boolean, paint: Paint): Generator<string> {
  if (isEmpty(use)) yield 'No repositories.';
  yield* tableLines(columns, rowsOf(use), paint);
  yield* section(layerLines(use, all, paint));
  yield* section(isEmpty(use) ? [] : [legend]);
  if (use.unknown !== undefined) yield `${paint.yellow('!')} ${use.unknown}`;
}

const SHOWN_LAYERS = 20;

function* layerLines({ layers = [] }: DiskUse, all: boolean, paint: Paint): Generator<string> {
  yield* tableLines(layerColumns(all), all ? layers : layers.slice(0, SHOWN_LAYERS), paint);
  if (!all && layers.length > SHOWN_LAYERS) yield `… and ${layers.length - SHOWN_LAYERS} more (-o wide shows all)`;
}

function layerColumns(all: boolean): readonly Column<LayerUse>[] {
  return [
    { title: 'LAYER', text: ({ digest }) => (all ? digest : shortDigests(digest)) },
    { title: 'SIZE', align: 'right', text: ({ sizeBytes }) => formatBytes(sizeBytes) },
    { title: 'REPOSITORIES', align: 'right', text: ({ repositories }) => String(repositories) },
    { title: 'STATE', text: ({ state }) => state },
  ];
}

function* useMarkdown(use: DiskUse): Generator<string> {
  yield `## Disk use of ${mdCode(use.registry)}: ${formatBytes(totalBytes(use))}`;
  const cells: readonly MarkdownColumn<Row>[] = columns.map(({ title, text, align = 'left' }) => ({
    title,
    align,
    cell: (row) => (title === 'REPOSITORY' ? mdCode(text(row)) : mdText(text(row))),
  }));
  if (isEmpty(use)) yield* section(['No repositories.']);
  yield* section(markdownTable(cells, rowsOf(use)));
  yield* section(isEmpty(use) ? [] : [legend]);
  if (use.unknown !== undefined) yield* section([use.unknown]);
}
