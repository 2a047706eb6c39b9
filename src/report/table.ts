import stringWidth from 'fast-string-width';
import type { Paint } from './paint.ts';
import { printable } from './printable.ts';

export interface Column<Row> {
  readonly title: string;
  /** Numbers stand to the right. Default: left. */
  readonly align?: 'left' | 'right';
  /** What stands in the cell; it is made {@link printable} here. */
  readonly text: (row: Row) => string;
  /** Colours a cell that was padded already. */
  readonly paint?: (cell: string, row: Row) => string;
}

/** Rows that are measured before the first is written; longer cells that come later push their row to the right. */
const SAMPLE = 200;
const GAP = '   ';

/**
 * Rows in columns, as kubectl writes them: titles, no boxes. Streams: of many rows only the first {@link SAMPLE} are held.
 * Nothing at all when there are no rows.
 *
 * @returns lines, without line feeds.
 */
export function* tableLines<Row>(
  columns: readonly Column<Row>[],
  rows: Iterable<Row>,
  paint: Paint,
): Generator<string> {
  let sample: Row[] = [];
  let widths: readonly number[] | undefined;
  for (const row of rows) {
    if (widths !== undefined) {
      yield rowLine(columns, row, widths);
      continue;
    }
    sample.push(row);
    if (sample.length < SAMPLE) continue;
    widths = widthsOf(columns, sample);
    yield* firstLines(columns, sample, widths, paint);
    sample = [];
  }
  if (widths === undefined && sample.length > 0) yield* firstLines(columns, sample, widthsOf(columns, sample), paint);
}

function* firstLines<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  widths: readonly number[],
  paint: Paint,
): Generator<string> {
  const titles = columns.map((column, n) => pad(column.title, column, widths[n] ?? 0, n === columns.length - 1));
  yield paint.bold(titles.join(GAP));
  for (const row of rows) yield rowLine(columns, row, widths);
}

function widthsOf<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): readonly number[] {
  return columns.map((column) =>
    rows.reduce((widest, row) => Math.max(widest, widthOf(printable(column.text(row)))), column.title.length),
  );
}

function rowLine<Row>(columns: readonly Column<Row>[], row: Row, widths: readonly number[]): string {
  const texts = columns.map((column) => printable(column.text(row)));
  const last = texts.findLastIndex((text) => text !== '');
  return columns
    .slice(0, last + 1)
    .map((column, n) => {
      const cell = pad(texts[n] ?? '', column, widths[n] ?? 0, n === last);
      return column.paint === undefined ? cell : column.paint(cell, row);
    })
    .join(GAP);
}

function pad<Row>(text: string, column: Column<Row>, width: number, isLast: boolean): string {
  const spaces = ' '.repeat(Math.max(0, width - widthOf(text)));
  if (column.align === 'right') return spaces + text;
  return isLast ? text : text + spaces;
}

/** Places that a text takes on a terminal: Chinese and most emoji take two. */
export function widthOf(text: string): number {
  return /^[\x20-\x7e]*$/.test(text) ? text.length : stringWidth(text);
}
