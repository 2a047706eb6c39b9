import { withoutNul } from '../batches.ts';
import { changedRun } from '../change-run.ts';
import type { History } from '../contract.ts';
import { parseStored } from '../parse-stored.ts';
import type { RunRecord, RunState } from '../run.ts';
import { conditions, whole } from './conditions.ts';
import type { Database } from './database.ts';

interface StoredRun {
  readonly record: string;
}

export function runsIn(
  db: Database,
): Pick<History, 'claimRun' | 'moveRun' | 'run' | 'runs' | 'countRuns' | 'saveReport' | 'report'> {
  const read = ({ record }: StoredRun) => parseStored<RunRecord>(record, 'a run', db.name);
  return {
    async claimRun(run) {
      const sql = `INSERT INTO winnow.runs (id, schedule, flow, state, due_at_ms, ended_at_ms, record)
        VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (id) DO NOTHING RETURNING id`;
      return (await db.all(`claiming run ${run.id}`, sql, ...valuesOf(run))).length === 1;
    },
    moveRun: (id, from, change) =>
      db.atOnce(`changing run ${id}`, async (query) => {
        // who comes second waits here, and sees what the first has made of it
        const [stored] = await query<StoredRun>('SELECT record FROM winnow.runs WHERE id = $1 FOR UPDATE', [id]);
        if (stored === undefined) return undefined;
        const before = read(stored);
        if (!from.includes(before.state)) return undefined;
        const after = changedRun(before, change);
        const sql = `UPDATE winnow.runs SET schedule = $2, flow = $3, state = $4, due_at_ms = $5, ended_at_ms = $6,
          record = $7 WHERE id = $1`;
        await query(sql, valuesOf(after));
        return read({ record: JSON.stringify(after) });
      }),
    async run(id) {
      const sql = 'SELECT record FROM winnow.runs WHERE id = $1';
      const stored = await db.first<StoredRun>(`reading run ${id}`, sql, id);
      return stored === undefined ? undefined : read(stored);
    },
    async runs({ schedule, flow, states, dueBeforeMs, limit }) {
      const { where, values } = conditions([
        ['schedule = ?', schedule],
        ['flow = ?', flow],
        ['state IN (SELECT json_array_elements_text(?::text::json))', states],
        ['due_at_ms < ?', dueBeforeMs],
      ]);
      const sql = `SELECT record FROM winnow.runs WHERE ${where} ORDER BY due_at_ms DESC, id DESC LIMIT ${whole(limit)}`;
      return (await db.all<StoredRun>('listing runs', sql, ...values)).map(read);
    },
    async countRuns() {
      const sql = 'SELECT state, count(*) AS runs FROM winnow.runs GROUP BY state';
      const rows = await db.all<{ state: RunState; runs: number }>('counting runs', sql);
      return Object.fromEntries(rows.map(({ state, runs }) => [state, runs]));
    },
    async saveReport(runId, report) {
      const sql = `INSERT INTO winnow.reports (run_id, report) VALUES ($1, $2)
        ON CONFLICT (run_id) DO UPDATE SET report = excluded.report`;
      await db.all(`saving the report of ${runId}`, sql, runId, withoutNul(report));
    },
    async report(runId) {
      const sql = 'SELECT report FROM winnow.reports WHERE run_id = $1';
      return (await db.first<{ report: string }>(`reading the report of ${runId}`, sql, runId))?.report;
    },
  };
}

function valuesOf(run: RunRecord) {
  const { id, schedule, flow, state, dueAtMs, endedAtMs } = run;
  return [id, schedule, flow, state, dueAtMs, endedAtMs ?? null, JSON.stringify(run)];
}
