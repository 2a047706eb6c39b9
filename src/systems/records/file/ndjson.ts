import { messageOf } from '../../../util/pure/coded-error.ts';
import { ReadingStopped, recordsError } from '../errors.ts';
import { checkFirstDocument, type ResolvedMapping } from '../mapping.ts';
import { linesOf } from './lines.ts';
import type { OpenText } from './open-text.ts';

const BATCH_ROWS = 1000;

/** One JSON object a line, in a stream. A line that can't be read ends the reading: what was meant after it is not known. */
export async function* readNdjson(
  text: OpenText,
  mapping: ResolvedMapping,
  signal: AbortSignal,
): AsyncGenerator<readonly unknown[]> {
  let batch: unknown[] = [];
  let number = 0;
  let isFirst = true;
  for await (const line of linesOf(text.pieces(signal), text.doing)) {
    number += 1;
    if (line.trim() === '') continue;
    const row = parseLine(line, number, text.doing);
    if (row instanceof ReadingStopped) {
      yield batch;
      throw row;
    }
    if (isFirst) checkFirstDocument(row, mapping);
    isFirst = false;
    batch.push(row);
    if (batch.length === BATCH_ROWS) {
      yield batch;
      batch = [];
    }
  }
  if (isFirst) throw recordsError('RECORDS_EMPTY', `${text.doing}: it holds only white space`);
  yield batch;
}

function parseLine(line: string, number: number, doing: string): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return new ReadingStopped(
      `${doing}: line ${number}: ${messageOf(error)}`,
      'Correct the line, or export the records again.',
    );
  }
}
