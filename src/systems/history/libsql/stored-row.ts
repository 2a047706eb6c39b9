import type { PlanRow } from '../contract.ts';

/** A row of `plan_rows`. */
export interface StoredRow {
  readonly n: number;
  readonly verb: string;
  readonly group: string;
  readonly target: string;
  readonly reason_code: string;
  readonly reason: string;
  readonly frees_bytes: number;
  readonly outcome: string;
  readonly outcome_why: string | null;
}

export const COLUMNS = 'n, verb, "group", target, reason_code, reason, frees_bytes, outcome, outcome_why';

export function read(row: StoredRow): PlanRow {
  return {
    n: row.n,
    verb: row.verb,
    group: row.group,
    target: row.target,
    reasonCode: row.reason_code,
    reason: row.reason,
    freesBytes: row.frees_bytes,
    ...(row.outcome === '' ? {} : { outcome: row.outcome }),
    ...(row.outcome_why === null ? {} : { outcomeWhy: row.outcome_why }),
  };
}
