import { type FileHandle, open } from 'node:fs/promises';
import type { RawLine } from '../../../util/raw-lines.ts';

const LINE_FEED = 0x0a;
const CHUNK_BYTES = 1 << 18;

/** A line, and where in the file it begins. */
export interface PlacedLine extends RawLine {
  readonly startBytes: number;
}

/** Streams the lines that a file has at this moment, the last one first, holding one at a time. */
export async function* rawLinesBackwards(path: string): AsyncGenerator<PlacedLine> {
  const file = await open(path, 'r');
  try {
    /** Of the line in hand: its end is behind the chunk. */
    let pieces: Buffer[] = [];
    for (let toBytes = (await file.stat()).size; toBytes > 0; ) {
      const fromBytes = Math.max(0, toBytes - CHUNK_BYTES);
      const chunk = await readWhole(file, fromBytes, toBytes - fromBytes);
      let end = chunk.length;
      for (let start = startOf(chunk, end, pieces); start > 0; start = startOf(chunk, end, pieces)) {
        yield lineAt(fromBytes + start, [chunk.subarray(start, end), ...pieces]);
        pieces = [];
        end = start;
      }
      pieces.unshift(chunk.subarray(0, end));
      toBytes = fromBytes;
    }
    if (pieces.length > 0) yield lineAt(0, pieces);
  } finally {
    await file.close();
  }
}

/** Where the line that ends before `end` begins: behind a line feed that is not its own. 0: not in this chunk. */
function startOf(chunk: Buffer, end: number, pieces: readonly Buffer[]): number {
  const from = end - (pieces.length === 0 ? 2 : 1);
  return from < 0 ? 0 : chunk.lastIndexOf(LINE_FEED, from) + 1;
}

function lineAt(startBytes: number, pieces: readonly Buffer[]): PlacedLine {
  const bytes = Buffer.concat(pieces);
  return { bytes, ended: bytes.at(-1) === LINE_FEED, startBytes };
}

/** @throws when the file has become shorter meanwhile */
async function readWhole(file: FileHandle, fromBytes: number, sizeBytes: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(sizeBytes);
  for (let done = 0; done < sizeBytes; ) {
    const { bytesRead } = await file.read(buffer, done, sizeBytes - done, fromBytes + done);
    if (bytesRead === 0)
      throw new Error(`reading a journal backwards: it has lost its bytes from ${fromBytes + done} on`);
    done += bytesRead;
  }
  return buffer;
}
