import { CodedError } from '../../../util/pure/coded-error.ts';
import { errnoOf, failureWords } from '../../../util/pure/system-failure.ts';
import { listFiles } from './files.ts';
import type { ObjectTaker } from './object-taker.ts';
import { readObjects } from './read-file.ts';
import { SideBySide } from './side-by-side.ts';

/** Something that could not be read, and what to do about it. */
export interface Unread {
  readonly cause: string;
  readonly hint?: string;
}

/** What goes over the files of a folder. */
export interface FilesTaker {
  /** The taker for the next file. */
  file(path: string): ObjectTaker;
  /** The rest of a file, or all of a folder, is not read. */
  unread(what: Unread): void;
  /** It has seen enough. */
  isEnough?(): boolean;
}

/**
 * Goes once over all objects in a folder, or a file, for all takers. What can't be read is told to each that it concerns, and the others
 * go on.
 *
 * @throws CLUSTER_SETTINGS_INVALID where nothing is there; the signal's reason
 */
export async function eachObject(path: string, takers: readonly FilesTaker[], signal: AbortSignal): Promise<void> {
  const isEnough = () => takers.every((taker) => taker.isEnough?.() === true);
  for await (const { path: file, problem } of listFiles(path, signal)) {
    if (problem !== undefined) {
      for (const taker of takers) taker.unread({ cause: `reading ${file}: ${problem}` });
      continue;
    }
    const reading = new SideBySide(takers.map((taker) => taker.file(file)));
    try {
      await readObjects(file, reading, signal, isEnough);
    } catch (error) {
      signal.throwIfAborted();
      reading.fail(error);
    }
    for (const [index, error] of reading.failures()) {
      const taker = takers[index] as FilesTaker;
      if (taker.isEnough?.() !== true) taker.unread(asUnread(file, error));
    }
    if (isEnough()) return;
  }
}

/** @throws what is no matter of reading */
function asUnread(file: string, error: unknown): Unread {
  if (error instanceof CodedError) {
    if (error.code !== 'CLUSTER_OBJECT_MALFORMED') throw error;
    return { cause: error.message, ...(error.hint !== undefined && { hint: error.hint }) };
  }
  // The stack is at its end: what nests ten thousand deep is nobody's object.
  if (error instanceof RangeError) return { cause: `reading ${file}: it nests too deep (${error.message})` };
  if (errnoOf(error) === undefined) throw error;
  return {
    cause: `reading ${file}: ${failureWords(error)}`,
    hint: 'make it readable for who runs this, or leave it out',
  };
}
