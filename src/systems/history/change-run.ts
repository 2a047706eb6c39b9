import type { RunRecord } from './run.ts';

/** A run with some fields changed; `undefined` leaves a field alone. */
export function changedRun(run: RunRecord, change: Partial<Omit<RunRecord, 'id'>>): RunRecord {
  const said = Object.entries(change).filter(([field, value]) => value !== undefined && field !== 'id');
  return { ...run, ...Object.fromEntries(said) };
}
