import { noPaint } from '../../src/report/paint.ts';
import { tableLines } from '../../src/report/table.ts';

/** One table of results, and the same as data for the results file. */
export interface Section {
  readonly title: string;
  readonly columns: readonly string[];
  /** The first column is words, the others are numbers with their unit. */
  readonly rows: readonly (readonly string[])[];
  readonly notes: readonly string[];
  readonly data: unknown;
}

export function sectionText({ title, columns, rows, notes }: Section): string {
  const table = tableLines(
    columns.map((column, n) => ({
      title: column,
      align: n === 0 ? ('left' as const) : ('right' as const),
      text: (row: readonly string[]) => row[n] ?? '',
    })),
    rows,
    noPaint,
  );
  return [title, ...table, ...notes.map((note) => `  ${note}`), ''].map((line) => `${line}\n`).join('');
}

export function mebibytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(bytes < 10 * 2 ** 20 ? 1 : 0)} MiB`;
}

export function seconds(ms: number): string {
  return ms < 1000 ? `${ms.toFixed(0)} ms` : `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 1)} s`;
}

export function percent(share: number): string {
  return `${(share * 100).toFixed(0)} %`;
}
