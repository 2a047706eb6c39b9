import { type Document, documentHead } from '../document.ts';
import { type MarkdownColumn, markdownTable, mdCode, mdText } from '../markdown.ts';
import { isDocumentFormat, type OutputFormat } from '../output-format.ts';
import type { Paint } from '../paint.ts';
import { renderDocument } from '../render-document.ts';
import { type Column, tableLines } from '../table.ts';

export interface ListColumn<Row> extends Column<Row> {
  /** Shown by `wide` only, and by Markdown. */
  readonly wide?: boolean;
  /** A name: monospaced in Markdown. */
  readonly name?: boolean;
}

/** How one kind of list looks in every format. */
export interface ListKind<Row> {
  /** `kind` of the document: `RepositoryList`. */
  readonly kind: string;
  readonly columns: readonly ListColumn<Row>[];
  /** A row for programs. */
  readonly item: (row: Row) => object;
  /** What is said for eyes when there is nothing to list. */
  readonly empty: string;
}

/**
 * Shows a list: a table, or a document with `items`. Rows stream.
 *
 * @param fields - further fields of the document, before its items.
 * @returns lines, without line feeds.
 */
export function renderList<Row>(
  list: ListKind<Row>,
  rows: Iterable<Row>,
  format: OutputFormat,
  paint: Paint,
  fields: Document = [],
): Iterable<string> {
  if (isDocumentFormat(format))
    return renderDocument([...documentHead(list.kind), ...fields, ['items', itemsOf(list, rows)]], format);
  if (format === 'markdown') return orElse(markdownTable(list.columns.map(markdownColumn), rows), mdText(list.empty));
  const columns = list.columns.filter(({ wide }) => format === 'wide' || wide !== true);
  return orElse(tableLines(columns, rows, paint), list.empty);
}

function* itemsOf<Row>(list: ListKind<Row>, rows: Iterable<Row>): Generator<object> {
  for (const row of rows) yield list.item(row);
}

function markdownColumn<Row>({ title, align, text, name }: ListColumn<Row>): MarkdownColumn<Row> {
  const cell = (row: Row) => {
    const said = text(row);
    return name === true && said !== '' ? mdCode(said) : mdText(said);
  };
  return { title, cell, ...(align === undefined ? {} : { align }) };
}

function* orElse(lines: Iterable<string>, otherwise: string): Generator<string> {
  let isEmpty = true;
  for (const line of lines) {
    isEmpty = false;
    yield line;
  }
  if (isEmpty) yield otherwise;
}
