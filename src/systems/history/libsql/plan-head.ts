import { historyError } from '../errors.ts';
import type { HistoryFile } from './database.ts';

/** The plan of a run, without its rows. */
export interface PlanHead {
  readonly generation: number;
  readonly header: string;
  /** Lines, as JSON. */
  readonly trailer: string;
  /** The number of the last row, and one. */
  readonly rows: number;
  /** The sums over all, as JSON. */
  readonly sums: string;
}

export function planHead(file: HistoryFile, runId: string): PlanHead | undefined {
  const sql = 'SELECT generation, header, trailer, rows, sums FROM plans WHERE run_id = ?';
  return file.first<PlanHead>(`reading the plan of ${runId}`, sql, runId);
}

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
export async function steadily<Head extends { readonly generation: number }, Value>(
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
