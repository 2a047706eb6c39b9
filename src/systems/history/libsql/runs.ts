import { withoutNul } from '../batches.ts';
import { changedRun } from '../change-run.ts';
import type { History } from '../contract.ts';
import { parseStored } from '../parse-stored.ts';
import type { RunQuery, RunRecord, RunState } from '../run.ts';
import type { HistoryFile, SqlValue, Tables } from './database.ts';

interface StoredRun {
  readonly record: string;
}

export function runsIn(
  file: HistoryFile,
): Pick<History, 'claimRun' | 'moveRun' | 'run' | 'runs' | 'countRuns' | 'saveReport' | 'report'> {
  const read = ({ record }: StoredRun) => parseStored<RunRecord>(record, 'a run', file.name);
  return {
    async claimRun(run) {
      return file.atOnce(`claiming run ${run.id}`, (tables) => insert(tables, run) === 1);
    },
    async moveRun(id, from, change) {
      return file.atOnce(`changing run ${id}`, (tables) => {
        const stored = tables.first<StoredRun>('SELECT record FROM runs WHERE id = ?', id);
        if (stored === undefined) return undefined;
        const before = read(stored);
        if (!from.includes(before.state)) return undefined;
        const after = changedRun(before, change);
        update(tables, after);
        return read({ record: JSON.stringify(after) });
      });
    },
    async run(id) {
      const stored = file.first<StoredRun>(`reading run ${id}`, 'SELECT record FROM runs WHERE id = ?', id);
      return stored === undefined ? undefined : read(stored);
    },
    async runs(query) {
      const { where, values } = conditions(query);
      const sql = `SELECT record FROM runs ${where} ORDER BY due_at_ms DESC, id DESC LIMIT ?`;
      return file.all<StoredRun>('listing runs', sql, ...values, query.limit).map(read);
    },
    async countRuns() {
      const sql = 'SELECT state, count(*) AS runs FROM runs GROUP BY state';
      const rows = file.all<{ state: RunState; runs: number }>('counting runs', sql);
      return Object.fromEntries(rows.map(({ state, runs }) => [state, runs]));
    },
    async saveReport(runId, report) {
      const sql = 'INSERT OR REPLACE INTO reports (run_id, report) VALUES (?, ?)';
      file.atOnce(`saving the report of ${runId}`, (tables) => tables.change(sql, runId, withoutNul(report)));
    },
    async report(runId) {
      const sql = 'SELECT report FROM reports WHERE run_id = ?';
      return file.first<{ report: string }>(`reading the report of ${runId}`, sql, runId)?.report;
    },
  };
}

function insert(tables: Tables, run: RunRecord): number {
  return tables.change(
    `INSERT INTO runs (id, schedule, flow, state, due_at_ms, ended_at_ms, record) VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (id) DO NOTHING`,
    run.id,
    run.schedule,
    run.flow,
    run.state,
    run.dueAtMs,
    run.endedAtMs ?? null,
    JSON.stringify(run),
  );
}

function update(tables: Tables, run: RunRecord): void {
  tables.change(
    'UPDATE runs SET schedule = ?, flow = ?, state = ?, due_at_ms = ?, ended_at_ms = ?, record = ? WHERE id = ?',
    run.schedule,
    run.flow,
    run.state,
    run.dueAtMs,
    run.endedAtMs ?? null,
    JSON.stringify(run),
    run.id,
  );
}

function conditions(query: RunQuery): { readonly where: string; readonly values: readonly SqlValue[] } {
  const { schedule, flow, states, dueBeforeMs } = query;
  const said: [string, SqlValue][] = [];
  if (schedule !== undefined) said.push(['schedule = ?', schedule]);
  if (flow !== undefined) said.push(['flow = ?', flow]);
  if (states !== undefined) said.push(['state IN (SELECT value FROM json_each(?))', JSON.stringify(states)]);
  if (dueBeforeMs !== undefined) said.push(['due_at_ms < ?', dueBeforeMs]);
  return {
    where: said.length === 0 ? '' : `WHERE ${said.map(([condition]) => condition).join(' AND ')}`,
    values: said.map(([, value]) => value),
  };
}
