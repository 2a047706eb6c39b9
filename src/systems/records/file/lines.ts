import { recordsError } from '../errors.ts';

/** A longer line is no record: something else was named. */
const MAX_LINE_LENGTH = 4 * 1024 * 1024;

/** The lines of a text that comes in pieces, without their ends. The last one may have none. */
export async function* linesOf(pieces: AsyncIterable<string>, doing: string): AsyncGenerator<string> {
  let rest = '';
  for await (const piece of pieces) {
    const lines = (rest + piece).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > MAX_LINE_LENGTH) throw tooLong(doing);
    for (const line of lines) yield line.endsWith('\r') ? line.slice(0, -1) : line;
  }
  if (rest !== '') yield rest;
}

function tooLong(doing: string) {
  const message = `${doing}: a line is longer than ${MAX_LINE_LENGTH} characters`;
  return recordsError('RECORDS_TOO_LARGE', message, 'Check the format: is it one document and not a record a line?');
}
