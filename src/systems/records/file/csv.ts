import { pipeline, Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { messageOf } from '../../../util/pure/coded-error.ts';
import { ReadingStopped, recordsError } from '../errors.ts';
import { checkColumns, type ResolvedMapping } from '../mapping.ts';
import type { OpenText } from './open-text.ts';

const BATCH_ROWS = 1000;
const MAX_RECORD_LENGTH = 1024 * 1024;
const delimiters = [',', ';', '\t'] as const;

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
  const parser = parse({ delimiter: delimiterOf(head), skip_empty_lines: true, max_record_size: MAX_RECORD_LENGTH });
  pipeline(Readable.from(joined(head, pieces)), parser, () => {}); // its failure comes out of the parser too

  let names: readonly string[] | undefined;
  let batch: unknown[] = [];
  try {
    for await (const values of parser as AsyncIterable<readonly string[]>) {
      if (names === undefined) {
        names = values.map((name) => name.trim());
        checkColumns(names, mapping);
        continue;
      }
      batch.push(record(names, values));
      if (batch.length === BATCH_ROWS) {
        yield batch;
        batch = [];
      }
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    yield batch; // what came before the bad row was whole
    throw new ReadingStopped(`${text.doing}: ${messageOf(error)}`, 'Correct the line, or export the records again.');
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

function record(names: readonly string[], values: readonly string[]): Readonly<Record<string, string>> {
  const row: Record<string, string> = Object.create(null);
  for (const [n, name] of names.entries()) row[name] = values[n] ?? '';
  return row;
}
