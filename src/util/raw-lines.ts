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
  yield* rawLinesIn(createReadStream(path, { highWaterMark: 1 << 18 }) as AsyncIterable<Buffer>);
}

/** The same of bytes that come from elsewhere. */
export async function* rawLinesIn(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<RawLine> {
  let pieces: Uint8Array[] = [];
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(LINE_FEED); end >= 0; end = chunk.indexOf(LINE_FEED, start)) {
      const last = chunk.subarray(start, end + 1);
      yield { bytes: pieces.length === 0 ? asBuffer(last) : Buffer.concat([...pieces, last]), ended: true };
      pieces = [];
      start = end + 1;
    }
    if (start < chunk.length) pieces.push(chunk.subarray(start));
  }
  if (pieces.length > 0) yield { bytes: Buffer.concat(pieces), ended: false };
}

/** Lines as texts, without their line feeds. */
export async function* textLinesIn(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  for await (const { bytes, ended } of rawLinesIn(chunks))
    yield bytes.toString('utf8', 0, bytes.length - (ended ? 1 : 0));
}

/** Without a copy. */
function asBuffer({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength);
}
