import { pipeline, Readable } from 'node:stream';
import { promisify } from 'node:util';
import { createGunzip, gzip } from 'node:zlib';
import { type SnapshotErrorCode, snapshotErrors } from '../../evidence/snapshot/errors.ts';
import { CodedError } from '../../util/pure/coded-error.ts';

const packed = promisify(gzip);

/** One after the other, as bytes. */
export function joined(parts: Iterable<string>): Buffer {
  const pieces: Buffer[] = [];
  for (const part of parts) pieces.push(Buffer.from(part));
  return Buffer.concat(pieces);
}

/** Packed with gzip. */
export async function gzipped(parts: Iterable<string>): Promise<Buffer> {
  return await packed(joined(parts));
}

/** What names like these hold is written with gzip, as everybody expects. */
export function isGzipName(name: string): boolean {
  return /\.(gz|gzip)$/i.test(name);
}

/** The bytes; unpacked, where they begin as gzip does. Fails where the packing is broken, or cut short. */
export async function* unpacked(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const iterator = chunks[Symbol.asyncIterator]();
  let head: Uint8Array = new Uint8Array();
  while (head.length < 2) {
    const next = await iterator.next();
    if (next.done === true) break;
    head = Buffer.concat([head, next.value]);
  }
  const all = startingWith(head, iterator);
  if (head[0] !== 0x1f || head[1] !== 0x8b) {
    yield* all;
    return;
  }
  try {
    // The callback is only there to have none thrown at nobody: the reader of the last stream gets every error.
    yield* pipeline(Readable.from(all), createGunzip(), () => {}) as AsyncIterable<Uint8Array>;
  } catch (failure) {
    if (!isGzipFailure(failure)) throw failure;
    const { hint } = snapshotErrors.SNAPSHOT_CHANGED;
    throw new CodedError<SnapshotErrorCode>('SNAPSHOT_CHANGED', `unpacking it: ${failure.message}`, { hint });
  }
}

function isGzipFailure(failure: unknown): failure is Error {
  return failure instanceof Error && 'code' in failure && String(failure.code).startsWith('Z_');
}

async function* startingWith(
  head: Uint8Array,
  rest: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  if (head.length > 0) yield head;
  try {
    for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
  } finally {
    await rest.return?.();
  }
}
