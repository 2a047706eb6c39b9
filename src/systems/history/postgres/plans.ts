import { inBatches, rowsAsJson, withoutNul } from '../batches.ts';
import type { History, PlanQuery, PlanRow } from '../contract.ts';
import { historyError } from '../errors.ts';
import { parseStored } from '../parse-stored.ts';
import { type PlanItem, planItems } from '../plan-stream.ts';
import { type StoredSums, storedSumsOf } from '../stored-sums.ts';
import { createSums, NO_SUMS, type PlanPart } from '../sums.ts';
import { conditions, whole } from './conditions.ts';
import type { Database } from './database.ts';
import type { Query } from './query.ts';

const ROWS_AT_ONCE = 1000;

/** The generation that counts at the moment of the statement. `$1` is the run. */
const LIVE = 'generation = (SELECT generation FROM winnow.plans WHERE run_id = $1)';

type PlanPartOfHistory = 'savePlan' | 'planLines' | 'planHeader' | 'noteOutcomes' | 'planRows' | 'planSums';

export function plansIn(db: Database): Pick<History, PlanPartOfHistory> {
  return {
    async savePlan(runId, header, rows, trailer) {
      await db.atOnce(`saving the plan of ${runId}`, async (query) => {
        const plan = planItems(rows);
        const generation = await nextGeneration(query);
        for await (const items of inBatches(plan.items, () => ROWS_AT_ONCE)) await write(query, generation, items);
        await lockOwner(query, `plan ${runId}`);
        await removePlan(query, runId);
        await query(
          'INSERT INTO winnow.plans (run_id, generation, header, trailer, sums) VALUES ($1, $2, $3, $4, $5)',
          [runId, generation, withoutNul(header), JSON.stringify(trailer), JSON.stringify(plan.stored())],
        );
      });
    },
    planLines: (runId) => linesOf(db, runId),
    async planHeader(runId) {
      const sql = 'SELECT header FROM winnow.plans WHERE run_id = $1';
      const row = await db.first<{ header: string }>(`reading the plan of ${runId}`, sql, runId);
      return row === undefined ? undefined : parseStored(row.header, `the plan of ${runId}`, db.name);
    },
    async noteOutcomes(runId, outcomes) {
      for await (const batch of inBatches(outcomes, () => ROWS_AT_ONCE)) {
        const lastOfEach = new Map(batch.map((outcome) => [outcome.n, outcome]));
        await db.atOnce(`noting what became of the plan of ${runId}`, async (query) => {
          await lockOwner(query, `plan ${runId}`);
          await query(NOTE_OUTCOMES, [runId, rowsAsJson([...lastOfEach.values()])]);
        });
      }
    },
    async planRows(runId, query) {
      const { fromN, beforeN, limit } = query;
      const isBack = beforeN !== undefined;
      const place = isBack ? (['n < ?', beforeN] as const) : (['n >= ?', fromN] as const);
      const { where, values } = conditions([...asked(query), place], 2);
      const sql = `SELECT ${ROW_COLUMNS} FROM winnow.plan_rows WHERE ${LIVE} AND ${where}
        ORDER BY n ${isBack ? 'DESC' : ''} LIMIT ${whole(limit)}`;
      const rows = (await db.all<StoredRow>(`reading the plan of ${runId}`, sql, runId, ...values)).map(readRow);
      return isBack ? rows.reverse() : rows;
    },
    async planSums(runId, query) {
      const { where, values } = conditions(asked(query), 2);
      const doing = `adding up the plan of ${runId}`;
      const kept = 'SELECT sums FROM winnow.plans WHERE run_id = $1';
      const row = await db.first<{ sums: string }>(doing, kept, runId);
      if (row === undefined) return NO_SUMS;
      const found = storedSumsOf(parseStored<StoredSums>(row.sums, `the plan of ${runId}`, db.name), query);
      if (found !== undefined) return found;
      const isSearch = query.text !== undefined && query.text !== '';
      const sql = `SELECT verb, group_name AS "group", reason_code AS "reasonCode",
          ${isSearch ? 'count(*)' : 'sum(actions)'}::bigint AS actions, sum(frees_bytes)::bigint AS "freesBytes"
        FROM winnow.${isSearch ? 'plan_rows' : 'plan_sums'} WHERE ${LIVE} AND ${where} GROUP BY 1, 2, 3`;
      const sums = createSums();
      for (const part of await db.all<PlanPart>(doing, sql, runId, ...values)) if (part.actions > 0) sums.add(part);
      return sums.sums();
    },
  };
}

export async function nextGeneration(query: Query): Promise<number> {
  const [row] = await query<{ generation: number }>("SELECT nextval('winnow.generations') AS generation");
  if (row === undefined) throw new Error('a sequence gave no number');
  return row.generation;
}

/** Two that save the same at the same time end one after the other: the last one counts. */
export async function lockOwner(query: Query, owner: string): Promise<void> {
  await query("SELECT pg_advisory_xact_lock(hashtextextended('winnow history ' || $1::text, 0))", [owner]);
}

/** Within the caller's transaction. */
export async function removePlan(query: Query, runId: string): Promise<void> {
  for (const table of ['plan_rows', 'plan_lines', 'plan_sums'])
    await query(`DELETE FROM winnow.${table} WHERE ${LIVE}`, [runId]);
  await query('DELETE FROM winnow.plans WHERE run_id = $1', [runId]);
}

function asked({ verb, group, reasonCode, outcome, text }: Omit<PlanQuery, 'limit'>) {
  return [
    ['verb = ?', verb],
    ['group_name = ?', group],
    ['reason_code = ?', reasonCode],
    ['outcome = ?', outcome],
    ['strpos(coalesce(folded, target), ?::text) > 0', text === '' ? undefined : text?.toLowerCase()],
  ] as const;
}

export interface StoredRow {
  readonly n: number;
  readonly verb: string;
  readonly group_name: string;
  readonly target: string;
  readonly reason_code: string;
  readonly reason: string;
  readonly frees_bytes: number;
  readonly outcome: string;
  readonly outcome_why: string | null;
}

export const ROW_COLUMNS = 'n, verb, group_name, target, reason_code, reason, frees_bytes, outcome, outcome_why';

export function readRow(row: StoredRow): PlanRow {
  return {
    n: row.n,
    verb: row.verb,
    group: row.group_name,
    target: row.target,
    reasonCode: row.reason_code,
    reason: row.reason,
    freesBytes: row.frees_bytes,
    ...(row.outcome === '' ? {} : { outcome: row.outcome }),
    ...(row.outcome_why === null ? {} : { outcomeWhy: row.outcome_why }),
  };
}

const WRITE_ROWS = `INSERT INTO winnow.plan_rows
  SELECT $1, n, verb, "group", target, folded, "reasonCode", reason, "freesBytes", coalesce(outcome, ''), "outcomeWhy"
  FROM json_to_recordset($2::text::json) AS row(n bigint, verb text, "group" text, target text, folded text,
    "reasonCode" text, reason text, "freesBytes" bigint, outcome text, "outcomeWhy" text)`;
const WRITE_LINES = `INSERT INTO winnow.plan_lines
  SELECT $1, n, line FROM json_to_recordset($2::text::json) AS row(n bigint, line text)`;
const WRITE_SUMS = `INSERT INTO winnow.plan_sums
  SELECT $1, verb, "group", "reasonCode", outcome, actions, "freesBytes"
  FROM json_to_recordset($2::text::json) AS row(verb text, "group" text, "reasonCode" text, outcome text,
    actions bigint, "freesBytes" bigint)`;

async function write(query: Query, generation: number, items: readonly PlanItem[]): Promise<void> {
  const rows = items.flatMap((item) => ('row' in item ? [item.row] : []));
  const sums = items.flatMap((item) => ('sum' in item ? [item.sum] : []));
  if (rows.length > 0) {
    await query(WRITE_ROWS, [generation, rowsAsJson(rows.map(({ line, ...row }) => row))]);
    await query(WRITE_LINES, [generation, rowsAsJson(rows.map(({ n, line }) => ({ n, line })))]);
  }
  if (sums.length > 0) await query(WRITE_SUMS, [generation, rowsAsJson(sums)]);
}

const NOTE_OUTCOMES = `
  WITH said AS (SELECT * FROM json_to_recordset($2::text::json) AS said(n bigint, outcome text, why text)),
  before AS (
    SELECT row.generation, row.n, row.verb, row.group_name, row.reason_code, row.outcome, row.frees_bytes,
      said.outcome AS becomes, said.why
    FROM said JOIN winnow.plan_rows AS row ON row.${LIVE} AND row.n = said.n),
  noted AS (
    UPDATE winnow.plan_rows AS row SET outcome = before.becomes, outcome_why = before.why
    FROM before WHERE row.generation = before.generation AND row.n = before.n),
  moves AS (
    SELECT generation, verb, group_name, reason_code, outcome, -1 AS actions, -frees_bytes AS bytes FROM before
    UNION ALL SELECT generation, verb, group_name, reason_code, becomes, 1, frees_bytes FROM before)
  INSERT INTO winnow.plan_sums AS sums
    SELECT generation, verb, group_name, reason_code, outcome, sum(actions), sum(bytes) FROM moves
    GROUP BY 1, 2, 3, 4, 5
  ON CONFLICT (generation, group_name, verb, reason_code, outcome) DO UPDATE
    SET actions = sums.actions + excluded.actions, frees_bytes = sums.frees_bytes + excluded.frees_bytes`;

async function* linesOf(db: Database, runId: string): AsyncGenerator<string> {
  const doing = `reading the plan of ${runId}`;
  const headSql = 'SELECT generation, header, trailer FROM winnow.plans WHERE run_id = $1';
  interface Head {
    readonly generation: number;
    readonly header: string;
    readonly trailer: string;
  }
  const head = await db.first<Head>(doing, headSql, runId);
  if (head === undefined) return;
  yield head.header;
  const sql = `SELECT n, line FROM winnow.plan_lines WHERE generation = $1 AND n > $2 ORDER BY n LIMIT ${ROWS_AT_ONCE}`;
  let last = -1;
  for (;;) {
    const page = await db.all<{ n: number; line: string }>(doing, sql, head.generation, last);
    for (const { n, line } of page) {
      yield line;
      last = n;
    }
    if (page.length < ROWS_AT_ONCE) break;
  }
  // a plan goes as a whole: where it is there still, all pages were
  if ((await db.first<Head>(doing, headSql, runId))?.generation !== head.generation)
    throw historyError('HISTORY_OVERTAKEN', `${doing}: it was replaced or forgotten meanwhile`);
  yield* parseStored<readonly string[]>(head.trailer, `the plan of ${runId}`, db.name);
}
