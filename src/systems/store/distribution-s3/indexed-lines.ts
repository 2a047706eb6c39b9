import { closeSync, openSync, readSync } from 'node:fs';
import { DigestTable } from '../../../evidence/digest-table.ts';
import { Growable } from '../../../util/pure/growable.ts';
import { errnoOf } from '../../../util/pure/system-failure.ts';

/** The lines of a file, each known by the digest that stands at one place in all of them. In memory is only where they begin. */
export interface IndexedLines {
  readonly size: number;
  /** Length of the file when it was opened. */
  readonly endBytes: number;
  /** The number of the last line of a digest, or -1. */
  indexOf(digest: string): number;
  /** Where a line begins, in bytes. */
  startOf(number: number): number;
  /** Without its newline. */
  line(number: number): string;
  close(): void;
}

const CHUNK_BYTES = 1024 * 1024;
const NEWLINE = 10;

/**
 * Goes through a file once. One that is not there has no lines.
 * @param from - where in a line the text of its digest begins and ends; lines without one are passed over
 */
export function openLines(path: string, from: number, to: number): IndexedLines {
  const file = openIfThere(path);
  const digests = new DigestTable();
  const starts = new Growable((length) => new Float64Array(length));
  const lengths = new Growable((length) => new Uint32Array(length));
  const endBytes =
    file === undefined
      ? 0
      : eachLine(file, (bytes, start) => {
          const number = digests.add(bytes.toString('latin1', from, to));
          if (number < 0) return;
          starts.fillTo(number + 1, 0);
          lengths.fillTo(number + 1, 0);
          starts.set(number, start);
          lengths.set(number, bytes.length);
        });
  return {
    size: digests.size,
    endBytes,
    indexOf: (digest) => digests.indexOf(digest),
    startOf: (number) => starts.get(number),
    line(number) {
      const bytes = Buffer.alloc(lengths.get(number));
      readSync(file as number, bytes, 0, bytes.length, starts.get(number));
      return bytes.toString();
    },
    close() {
      if (file !== undefined) closeSync(file);
    },
  };
}

/** @returns how many bytes there were */
function eachLine(file: number, take: (bytes: Buffer, start: number) => void): number {
  const chunk = Buffer.alloc(CHUNK_BYTES);
  let rest: Buffer = Buffer.alloc(0);
  for (let at = 0; ; ) {
    const count = readSync(file, chunk, 0, CHUNK_BYTES, at);
    const start = at - rest.length;
    const bytes = Buffer.concat([rest, chunk.subarray(0, count)]);
    let from = 0;
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, from)) {
      take(bytes.subarray(from, end), start + from);
      from = end + 1;
    }
    rest = bytes.subarray(from);
    at += count;
    if (count > 0) continue;
    if (rest.length > 0) take(rest, start + from); // torn by a crash
    return at;
  }
}

function openIfThere(path: string): number | undefined {
  try {
    return openSync(path, 'r');
  } catch (failure) {
    if (errnoOf(failure) === 'ENOENT') return undefined;
    throw failure;
  }
}
