import { pipeline, Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { messageOf } from '../../../util/pure/coded-error.ts';
import { ReadingStopped, recordsError } from '../errors.ts';
import { checkColumns, type ResolvedMapping } from '../mapping.ts';
import type { OpenText } from './open-text.ts';

const BATCH_ROWS = 1000;
const MAX_RECORD_LENGTH = 1024 * 1024;
const ADVICE = 'Correct the line, or export the records again.';
const delimiters = [',', ';', '\t'] as const;

interface ParsedLine {
  readonly record: readonly string[];
  /** `lines`: on which line it ended. */
  readonly info: { readonly lines: number };
}

/**
 * Comma-separated values in a stream. The first line names the columns; every other one must have as many fields, so that a
 * row cut off in the middle is seen.
 *
 * @see https://www.rfc-editor.org/rfc/rfc4180
 */
export async function* readCsv(
  text: OpenText,
  mapping: ResolvedMapping,
  signal: AbortSignal,
): AsyncGenerator<readonly unknown[]> {
  const pieces = text.pieces(signal);
  const head = await firstLine(pieces);
  if (head.trim() === '') throw recordsError('RECORDS_EMPTY', `${text.doing}: its first line is empty`);
  const options = { delimiter: delimiterOf(head), skip_empty_lines: true, max_record_size: MAX_RECORD_LENGTH };
  // The count of fields is checked here: the parser would throw away the good rows that stand before a bad one.
  const parser = parse({ ...options, relax_column_count: true, info: true });
  pipeline(Readable.from(joined(head, pieces)), parser, () => {}); // its failure comes out of the parser too

  let names: readonly string[] | undefined;
  let batch: unknown[] = [];
  try {
    for await (const { record, info } of parser as AsyncIterable<ParsedLine>) {
      if (names === undefined) {
        names = record.map((name) => name.trim());
        checkColumns(names, mapping);
        continue;
      }
      if (record.length !== names.length) {
        yield batch;
        const why = `line ${info.lines} has ${record.length} fields, and the first line has ${names.length}`;
        throw new ReadingStopped(`${text.doing}: ${why}`, ADVICE);
      }
      batch.push(asRow(names, record));
      if (batch.length === BATCH_ROWS) {
        yield batch;
        batch = [];
      }
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    yield batch;
    throw new ReadingStopped(`${text.doing}: ${messageOf(error)}`, ADVICE);
  }
  yield batch;
}

/** The text up to the first line's end, and what came with it. */
async function firstLine(pieces: AsyncGenerator<string>): Promise<string> {
  let head = '';
  while (!head.includes('\n')) {
    const next = await pieces.next();
    if (next.done === true) break;
    head += next.value;
  }
  return head;
}

async function* joined(head: string, rest: AsyncIterable<string>): AsyncGenerator<string> {
  yield head;
  yield* rest;
}

/** The one that stands most often in the first line, outside quotes; a comma when none does. */
function delimiterOf(head: string): string {
  const line = (head.split('\n', 1)[0] ?? '').replace(/"[^"]*"/g, '');
  const count = (delimiter: string) => line.split(delimiter).length;
  return delimiters.reduce((best, one) => (count(one) > count(best) ? one : best));
}

function asRow(names: readonly string[], values: readonly string[]): Readonly<Record<string, string>> {
  const row: Record<string, string> = Object.create(null);
  for (const [n, name] of names.entries()) row[name] = values[n] ?? '';
  return row;
}
