import type { History, PlanRow, SumOf } from '../contract.ts';
import { whole } from './conditions.ts';
import type { Database } from './database.ts';
import { ROW_COLUMNS, readRow, type StoredRow } from './plans.ts';

/** All of one plan that another has not, or has: verb and target decide. `$1` and `$2` are the runs. */
const LIVE = (run: string) => `generation = (SELECT generation FROM winnow.plans WHERE run_id = ${run})`;
const rowsOf = (
  run: string,
  other: string,
  not: string,
) => `FROM winnow.plan_rows AS row WHERE ${LIVE(run)} AND ${not} EXISTS (
  SELECT FROM winnow.plan_rows AS twin
  WHERE twin.${LIVE(other)} AND twin.target = row.target AND twin.verb = row.verb)`;

export function comparisonsIn(db: Database): Pick<History, 'comparePlans'> {
  return {
    async comparePlans(firstRunId, secondRunId, limit) {
      const doing = `comparing the plans of ${firstRunId} and ${secondRunId}`;
      return db.atOnce(doing, async (query) => {
        await query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ'); // all of one moment
        const runs = [firstRunId, secondRunId];
        const sum = async (run: string, other: string, not: string): Promise<SumOf> => {
          const columns = 'count(*) AS actions, coalesce(sum(frees_bytes), 0)::bigint AS bytes';
          const sql = `SELECT ${columns} ${rowsOf(run, other, not)}`;
          const [row] = await query<{ actions: number; bytes: number }>(sql, runs);
          return { key: '', actions: row?.actions ?? 0, freesBytes: row?.bytes ?? 0 };
        };
        const rows = async (run: string, other: string): Promise<readonly PlanRow[]> => {
          const sql = `SELECT ${ROW_COLUMNS} ${rowsOf(run, other, 'NOT')} ORDER BY n LIMIT ${whole(limit)}`;
          return (await query<StoredRow>(sql, runs)).map(readRow);
        };
        return {
          onlyInFirst: await sum('$1', '$2', 'NOT'),
          onlyInSecond: await sum('$2', '$1', 'NOT'),
          inBoth: await sum('$2', '$1', ''),
          firstRows: await rows('$1', '$2'),
          secondRows: await rows('$2', '$1'),
        };
      });
    },
  };
}
