import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { notReadable } from './failures.ts';

/**
 * A file's bytes in pieces.
 *
 * @param isThere - asked before, and again where it can not be opened. @throws STORE_WALK_FAILED
 * @returns undefined: it is not there
 */
export async function streamFile(
  path: string,
  isThere: () => boolean,
  signal: AbortSignal,
): Promise<AsyncIterable<Uint8Array> | undefined> {
  signal.throwIfAborted();
  if (!isThere()) return undefined;
  try {
    const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
    return pieces(path, file.createReadStream({ signal }), signal);
  } catch (failure) {
    if (!isThere()) return undefined; // gone a moment ago
    throw notReadable('reading', path, failure);
  }
}

async function* pieces(
  path: string,
  bytes: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  try {
    yield* bytes;
  } catch (failure) {
    signal.throwIfAborted();
    throw notReadable('reading', path, failure);
  }
}
