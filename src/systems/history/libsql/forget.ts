import type { History } from '../contract.ts';
import { openStates, type RunState } from '../run.ts';
import { runsToForget } from '../runs-to-forget.ts';
import type { HistoryFile, SqlValue } from './database.ts';
import { leaveGenerations, sweep } from './generations.ts';
import { writingPace } from './pace.ts';

interface RunRow {
  readonly id: string;
  readonly schedule: string;
  readonly state: RunState;
  readonly due_at_ms: number;
  readonly ended_at_ms: number | null;
}

export function forgettingIn(file: HistoryFile, nowMs: () => number): Pick<History, 'forget'> {
  return {
    async forget(limits) {
      const columns = 'id, schedule, state, due_at_ms, ended_at_ms';
      const rows = file.all<RunRow>('looking for old runs', `SELECT ${columns} FROM runs`);
      const known = rows.map((row) => ({
        ...row,
        dueAtMs: row.due_at_ms,
        endedAtMs: row.ended_at_ms ?? undefined,
      }));
      let forgotten = 0;
      for (const id of runsToForget(known, limits)) forgotten += await forgetRun(file, id);
      // a service's own events, and those of runs that are gone
      await inSteps(
        file,
        `DELETE FROM events WHERE id IN (SELECT id FROM events WHERE at_ms < ?1
           AND (run_id IS NULL OR run_id NOT IN (SELECT id FROM runs)) LIMIT ?2)`,
        limits.endedBeforeMs,
      );
      await inSteps(
        file,
        'DELETE FROM audit WHERE id IN (SELECT id FROM audit WHERE at_ms < ?1 LIMIT ?2)',
        limits.auditBeforeMs,
      );
      await inSteps(
        file,
        `DELETE FROM disk_readings WHERE (target, at_ms) IN (
           SELECT target, at_ms FROM disk_readings WHERE at_ms < ?1 LIMIT ?2)`,
        limits.diskBeforeMs,
      );
      await inSteps(
        file,
        'DELETE FROM disk_targets WHERE target IN (SELECT target FROM disk_targets WHERE at_ms < ?1 LIMIT ?2)',
        limits.diskBeforeMs,
      );
      await sweep(file, nowMs());
      return forgotten;
    },
  };
}

/** The run itself goes last: whoever dies before that forgets it the next time. */
async function forgetRun(file: HistoryFile, id: string): Promise<number> {
  await inSteps(file, 'DELETE FROM events WHERE id IN (SELECT id FROM events WHERE run_id = ?1 LIMIT ?2)', id);
  return file.atOnce(`forgetting run ${id}`, (tables) => {
    const open = JSON.stringify(openStates);
    const sql = 'DELETE FROM runs WHERE id = ? AND state NOT IN (SELECT value FROM json_each(?))';
    if (tables.change(sql, id, open) === 0) return 0;
    tables.change('DELETE FROM plans WHERE run_id = ?', id);
    tables.change('DELETE FROM reports WHERE run_id = ?', id);
    leaveGenerations(tables, 'plan', id);
    return 1;
  });
}

/** @param sql - deletes at most `?2` rows */
async function inSteps(file: HistoryFile, sql: string, value: SqlValue): Promise<void> {
  const pace = writingPace();
  for (;;) {
    const most = pace.rows();
    const gone = await pace.step(most, () =>
      file.atOnce('forgetting what is old', (tables) => tables.change(sql, value, most)),
    );
    if (gone < most) return;
  }
}
