import type { History } from '../contract.ts';
import { openStates, type RunState } from '../run.ts';
import { runsToForget } from '../runs-to-forget.ts';
import type { Database } from './database.ts';
import { lockOwner, removePlan } from './plans.ts';
import type { SqlValue } from './query.ts';

const ROWS_AT_ONCE = 5000;

interface RunRow {
  readonly id: string;
  readonly schedule: string;
  readonly state: RunState;
  readonly due_at_ms: number;
  readonly ended_at_ms: number | null;
}

export function forgettingIn(db: Database): Pick<History, 'forget'> {
  return {
    async forget(limits) {
      const columns = 'id, schedule, state, due_at_ms, ended_at_ms';
      const rows = await db.all<RunRow>('looking for old runs', `SELECT ${columns} FROM winnow.runs`);
      const known = rows.map((row) => ({ ...row, dueAtMs: row.due_at_ms, endedAtMs: row.ended_at_ms ?? undefined }));
      let forgotten = 0;
      for (const id of runsToForget(known, limits)) if (await forgetRun(db, id)) forgotten += 1;
      // a service's own events, and those of runs that are gone
      const isNobodys = 'at_ms < $1 AND (run_id IS NULL OR NOT EXISTS (SELECT FROM winnow.runs WHERE id = run_id))';
      await inSteps(db, 'winnow.events', 'id', isNobodys, limits.endedBeforeMs);
      await inSteps(db, 'winnow.audit', 'id', 'at_ms < $1', limits.auditBeforeMs);
      await inSteps(db, 'winnow.disk_readings', 'target, at_ms', 'at_ms < $1', limits.diskBeforeMs);
      return forgotten;
    },
  };
}

/** The run itself goes last: whoever dies before that forgets it the next time. */
async function forgetRun(db: Database, id: string): Promise<boolean> {
  await inSteps(db, 'winnow.events', 'id', 'run_id = $1', id);
  return db.atOnce(`forgetting run ${id}`, async (query) => {
    await lockOwner(query, `plan ${id}`);
    const sql = `DELETE FROM winnow.runs WHERE id = $1
      AND state NOT IN (SELECT json_array_elements_text($2::text::json)) RETURNING id`;
    if ((await query(sql, [id, [...openStates]])).length === 0) return false;
    await removePlan(query, id);
    await query('DELETE FROM winnow.reports WHERE run_id = $1', [id]);
    return true;
  });
}

async function inSteps(db: Database, table: string, key: string, condition: string, value: SqlValue): Promise<void> {
  const sql = `WITH gone AS (DELETE FROM ${table} WHERE (${key}) IN (
      SELECT ${key} FROM ${table} WHERE ${condition} LIMIT ${ROWS_AT_ONCE}) RETURNING 1)
    SELECT count(*) AS rows FROM gone`;
  for (;;) {
    const row = await db.first<{ rows: number }>('forgetting what is old', sql, value);
    if ((row?.rows ?? 0) < ROWS_AT_ONCE) return;
  }
}
