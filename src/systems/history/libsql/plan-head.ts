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
