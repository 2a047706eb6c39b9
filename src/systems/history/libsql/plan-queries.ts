import type { History, PlanQuery, PlanRow, PlanSums } from '../contract.ts';
import { parseStored } from '../parse-stored.ts';
import { createSums, NO_SUMS, type PlanPart } from '../sums.ts';
import type { HistoryFile, SqlValue } from './database.ts';
import { type PlanHead, planHead } from './plan-head.ts';
import { inWindows, steadily } from './steadily.ts';
import { COLUMNS, read, type StoredRow } from './stored-row.ts';

/** All reading is in steps: a search through many rows must not keep others waiting. */
export function planQueriesIn(file: HistoryFile): Pick<History, 'planRows' | 'planSums'> {
  const steadilyOf = <Value>(runId: string, read: (head: PlanHead) => Promise<Value>) =>
    steadily(`reading the plan of ${runId}`, () => planHead(file, runId), read);
  return {
    async planRows(runId, query) {
      return (await steadilyOf(runId, (head) => rowsOf(file, head, query))) ?? [];
    },
    async planSums(runId, query) {
      return (await steadilyOf(runId, (head) => sumsOf(file, runId, head, query))) ?? NO_SUMS;
    },
  };
}

/** Columns that filter, with what they have to be. */
function filtersOf(query: Omit<PlanQuery, 'limit'>) {
  return [
    { column: '"group"', value: query.group },
    { column: 'reason_code', value: query.reasonCode },
    { column: 'verb', value: query.verb },
    { column: 'outcome', value: query.outcome },
  ].flatMap(({ column, value }) => (value === undefined ? [] : [{ column, value }]));
}

/** Of so few rows all are looked up; of more, going through all of them soon meets enough. */
const FEW = 5000;

async function rowsOf(file: HistoryFile, head: PlanHead, query: PlanQuery): Promise<readonly PlanRow[]> {
  const filters = filtersOf(query);
  const few = filters.length === 0 ? undefined : fewOf(file, head.generation, filters);
  const { where, values } = conditions(filters, query.text);
  const found: StoredRow[] = [];
  const rest = `generation = ? AND n >= ? AND n < ? ${where} ORDER BY n LIMIT ?`;
  const look = (sql: string, from: number, end: number, more: readonly SqlValue[]) => {
    const left = query.limit - found.length;
    const all = [...more, head.generation, from, end, ...values, left];
    if (left > 0) found.push(...file.all<StoredRow>('reading rows of a plan', sql, ...all));
  };
  const first = query.fromN ?? 0;
  if (few !== undefined)
    look(`SELECT ${COLUMNS} FROM plan_rows WHERE ${few.where} AND ${rest}`, first, head.rows, few.values);
  else
    await inWindows(head.rows, (from, end) => look(`SELECT ${COLUMNS} FROM plan_rows WHERE ${rest}`, from, end, []), {
      first,
      isEnough: () => found.length >= query.limit,
    });
  return found.map(read);
}

type Filters = ReturnType<typeof filtersOf>;

/** How to find rows that are few without going through the others: by their places, or by the index of outcomes. */
function fewOf(file: HistoryFile, generation: number, filters: Filters) {
  const placed = filters.filter(({ column }) => column !== 'outcome');
  const outcome = filters.find(({ column }) => column === 'outcome')?.value ?? '';
  const count = (table: string, some: Filters) =>
    file.first<{ actions: number | null }>(
      'counting rows of a plan',
      `SELECT sum(actions) AS actions FROM ${table} WHERE generation = ? ${conditions(some, undefined).where}`,
      generation,
      ...some.map(({ value }) => value),
    )?.actions ?? 0;
  if (outcome !== '' && count('plan_sums', [{ column: 'outcome', value: outcome }]) <= FEW)
    return { where: "outcome <> ''", values: [] };
  if (placed.length === 0 || count('plan_places', placed) > FEW) return undefined;
  const { where, values } = conditions(placed, undefined);
  return {
    where: `n IN (SELECT place.value FROM plan_places, json_each(places) AS place
      WHERE plan_places.generation = ? ${where})`,
    values: [generation, ...values],
  };
}

function conditions(filters: Filters, text: string | undefined) {
  const where = filters.map(({ column }) => `AND ${column} = ?`);
  const values: SqlValue[] = filters.map(({ value }) => value);
  if (text !== undefined && text !== '') {
    where.push('AND instr(coalesce(folded, target), ?) > 0');
    values.push(text.toLowerCase());
  }
  return { where: where.join(' '), values };
}

interface StoredPart {
  readonly verb: string;
  readonly group: string;
  readonly reason_code: string;
  readonly actions: number;
  readonly frees_bytes: number;
}

async function sumsOf(
  file: HistoryFile,
  runId: string,
  head: PlanHead,
  query: Omit<PlanQuery, 'limit' | 'fromN'>,
): Promise<PlanSums> {
  const doing = `adding up the plan of ${runId}`;
  const filters = filtersOf(query);
  const { where, values } = conditions(filters, query.text);
  if (where === '') return parseStored(head.sums, `the plan of ${runId}`, file.name);
  const sums = createSums();
  const add = (parts: readonly StoredPart[]) => {
    for (const part of parts)
      sums.add({ ...part, reasonCode: part.reason_code, freesBytes: part.frees_bytes } satisfies PlanPart);
  };
  if (query.text === undefined || query.text === '') {
    add(
      file.all<StoredPart>(
        doing,
        `SELECT verb, "group", reason_code, sum(actions) AS actions, sum(frees_bytes) AS frees_bytes FROM plan_sums
         WHERE generation = ? AND actions > 0 ${where} GROUP BY "group", verb, reason_code`,
        head.generation,
        ...values,
      ),
    );
    return sums.sums();
  }
  const sql = `SELECT verb, "group", reason_code, count(*) AS actions, sum(frees_bytes) AS frees_bytes FROM plan_rows
    WHERE generation = ? AND n >= ? AND n < ? ${where} GROUP BY verb, "group", reason_code`;
  await inWindows(head.rows, (n, end) => add(file.all<StoredPart>(doing, sql, head.generation, n, end, ...values)));
  return sums.sums();
}
