import { historyError } from '../errors.ts';
import { readingPace } from './pace.ts';

export function overtaken(doing: string) {
  return historyError('HISTORY_OVERTAKEN', `${doing}: it was replaced or forgotten meanwhile`);
}

const TRIES = 5;

/**
 * What several steps read of one plan or inventory: all of the same, or again.
 *
 * @param head - what counts now; undefined: nothing is there.
 * @throws HISTORY_OVERTAKEN when it is replaced again and again
 */
export async function steadily<Head extends { readonly generation: number | string }, Value>(
  doing: string,
  head: () => Head | undefined,
  read: (head: Head) => Promise<Value>,
): Promise<Value | undefined> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const before = head();
    if (before === undefined) return undefined;
    const value = await read(before);
    if (head()?.generation === before.generation) return value;
  }
  throw overtaken(doing);
}

/** A search through many rows in steps, so that others get their turn. */
export async function inWindows(
  rows: number,
  work: (from: number, end: number) => void,
  more: { readonly first?: number; readonly isEnough?: () => boolean } = {},
): Promise<void> {
  const pace = readingPace();
  for (let n = more.first ?? 0; n < rows && more.isEnough?.() !== true; ) {
    const [from, end] = [n, n + pace.rows()];
    await pace.step(end - from, () => work(from, end));
    n = end;
  }
}

/** The same from the last to the first. */
export async function inWindowsBack(
  rows: number,
  work: (from: number, end: number) => void,
  more: { readonly isEnough?: () => boolean } = {},
): Promise<void> {
  const pace = readingPace();
  for (let n = rows; n > 0 && more.isEnough?.() !== true; ) {
    const [from, end] = [Math.max(0, n - pace.rows()), n];
    await pace.step(end - from, () => work(from, end));
    n = from;
  }
}
