import { CodedError } from '../../../util/pure/coded-error.ts';
import { type RawLine, rawLines } from '../../../util/raw-lines.ts';
import type { JournalLine } from '../contract.ts';
import { type JournalErrorCode, journalErrors } from '../errors.ts';
import { decodeLine } from '../line-codec.ts';
import { rawLinesBackwards } from './raw-lines-backwards.ts';

const UTF8 = new TextDecoder('utf-8', { fatal: true });

/** A line that was read whole, and where in the file it ends: the length of the file if all after it were cut off. */
export interface WholeLine {
  readonly line: JournalLine;
  readonly endBytes: number;
}

/**
 * Streams the lines of a journal file, holding one at a time. A torn last line is left out.
 *
 * @throws JOURNAL_DAMAGED at a broken line that is not the last; the operating system's errors as they are.
 */
export async function* wholeLines(path: string): AsyncGenerator<WholeLine> {
  let number = 0;
  let endBytes = 0;
  let broken: number | undefined;
  for await (const raw of rawLines(path)) {
    if (broken !== undefined) throw damaged(path, `line ${broken}`);
    number += 1;
    endBytes += raw.bytes.length;
    const line = decode(raw);
    if (line === undefined) broken = number;
    else yield { line, endBytes };
  }
}

/** As {@link wholeLines}, the last line first. @throws JOURNAL_DAMAGED at a broken line, after the lines that follow it */
export async function* wholeLinesBackwards(path: string): AsyncGenerator<JournalLine> {
  let isLast = true;
  for await (const raw of rawLinesBackwards(path)) {
    const line = decode(raw);
    if (line !== undefined) yield line;
    else if (!isLast) throw damaged(path, `the line at byte ${raw.startBytes}`);
    isLast = false;
  }
}

function decode({ bytes, ended }: RawLine): JournalLine | undefined {
  return ended ? decodeLine(textOf(bytes)) : undefined;
}

/** Bytes that are no UTF-8 give the empty text, which is no line. */
function textOf(bytes: Buffer): string {
  try {
    return UTF8.decode(bytes.subarray(0, -1));
  } catch (failure) {
    if (failure instanceof TypeError) return '';
    throw failure;
  }
}

function damaged(path: string, which: string): CodedError<JournalErrorCode> {
  return new CodedError('JOURNAL_DAMAGED', `reading ${path}: ${which} is not a journal's line, and others follow`, {
    hint: journalErrors.JOURNAL_DAMAGED.hint,
  });
}
