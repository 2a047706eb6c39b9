import { printable } from './printable.ts';

/** Foreign text in Markdown: shown as it is, never as markup or HTML. */
export function mdText(text: string): string {
  return printable(text).replace(/[\\`*_{}[\]<>#|~!&]/g, '\\$&');
}

/** A name in Markdown, also in a table's cell: monospaced, and safe from all markup but the end of the code span, which it is denied. */
export function mdCode(text: string): string {
  return `\`${printable(text).replaceAll('`', "'").replaceAll('|', '\\|')}\``;
}

/** A column of a Markdown table. `cell` returns Markdown. */
export interface MarkdownColumn<Row> {
  readonly title: string;
  readonly align?: 'left' | 'right';
  readonly cell: (row: Row) => string;
}

/** @returns lines, without line feeds; nothing when there are no rows. */
export function* markdownTable<Row>(columns: readonly MarkdownColumn<Row>[], rows: Iterable<Row>): Generator<string> {
  let isFirst = true;
  for (const row of rows) {
    if (isFirst) {
      yield `| ${columns.map(({ title }) => title).join(' | ')} |`;
      yield `|${columns.map(({ align }) => (align === 'right' ? '---:' : '---')).join('|')}|`;
    }
    isFirst = false;
    yield `| ${columns.map(({ cell }) => cell(row)).join(' | ')} |`;
  }
}
