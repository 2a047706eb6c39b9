import { createReadStream, createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { shardHasByte } from '../../flows/marked-store.ts';
import type { Shard } from '../../flows/shard.ts';
import type { MarkPart, StoreMark } from '../../flows/store-mark.ts';
import { assertMarkFits, decodeMark, encodeMark } from '../../flows/store-mark-codec.ts';
import { CodedError } from '../../util/pure/coded-error.ts';
import { failureWords } from '../../util/pure/system-failure.ts';
import { textLinesIn } from '../../util/raw-lines.ts';
import { type CliErrorCode, cliErrors } from '../errors.ts';

/** Writes a mark beside its place and gives it its name when it is whole: others may be waiting for it. @throws MARK_FILE_UNWRITABLE */
export async function writeMarkFile(path: string, mark: StoreMark): Promise<void> {
  const draft = `${path}.${process.pid}.tmp`;
  try {
    await pipeline(Readable.from(encodeMark(mark)), createWriteStream(draft, { mode: 0o600, flush: true }));
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true }).catch(() => undefined); // what is left of it is told with what went wrong
    throw new CodedError<CliErrorCode>('MARK_FILE_UNWRITABLE', `writing the mark to ${path}: ${failureWords(error)}`, {
      hint: cliErrors.MARK_FILE_UNWRITABLE.hint,
      cause: error,
    });
  }
}

/**
 * Reads the part of a mark that a shard needs, and checks all of it.
 *
 * @throws MARK_FILE_UNREADABLE, HARD_PRUNE_MARK_DAMAGED, HARD_PRUNE_MARK_OTHER_STORE, HARD_PRUNE_MARK_OLD
 */
export async function readMarkFile(path: string, shard: Shard, storeName: string, nowMs: number): Promise<MarkPart> {
  try {
    const lines = textLinesIn(createReadStream(path, { highWaterMark: 1 << 18 }));
    const part = await decodeMark(lines, (firstByte) => shardHasByte(shard, firstByte));
    assertMarkFits(part.header, storeName, nowMs);
    return part;
  } catch (error) {
    if (error instanceof CodedError) {
      const hint = error.hint === undefined ? {} : { hint: error.hint };
      throw new CodedError(error.code, error.message.replace('reading the mark', `reading the mark ${path}`), hint);
    }
    throw new CodedError<CliErrorCode>('MARK_FILE_UNREADABLE', `reading the mark ${path}: ${failureWords(error)}`, {
      hint: cliErrors.MARK_FILE_UNREADABLE.hint,
      cause: error,
    });
  }
}
