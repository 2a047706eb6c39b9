import { createReadStream } from 'node:fs';

const LINE_FEED = 0x0a;

/** A line as it stands in a file. */
export interface RawLine {
  /** With its line feed, where it has one. */
  readonly bytes: Buffer;
  readonly ended: boolean;
}

/**
 * Streams the lines of a file, holding one at a time. It splits at line feeds alone: `node:readline` would also split at
 * U+2028, which JSON leaves unescaped inside texts.
 */
export async function* rawLines(path: string): AsyncGenerator<RawLine> {
  let pieces: Buffer[] = [];
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 18 }) as AsyncIterable<Buffer>) {
    let start = 0;
    for (let end = chunk.indexOf(LINE_FEED); end >= 0; end = chunk.indexOf(LINE_FEED, start)) {
      const last = chunk.subarray(start, end + 1);
      yield { bytes: pieces.length === 0 ? last : Buffer.concat([...pieces, last]), ended: true };
      pieces = [];
      start = end + 1;
    }
    if (start < chunk.length) pieces.push(chunk.subarray(start));
  }
  if (pieces.length > 0) yield { bytes: Buffer.concat(pieces), ended: false };
}
