import type { History, PlanQuery, PlanRow, PlanSums } from '../contract.ts';
import { parseStored } from '../parse-stored.ts';
import { type StoredSums, storedSumsOf } from '../stored-sums.ts';
import { createSums, NO_SUMS, type PlanPart } from '../sums.ts';
import type { HistoryFile, SqlValue } from './database.ts';
import { readingPace } from './pace.ts';
import { type PlanHead, planHead } from './plan-head.ts';
import { inWindows, inWindowsBack, steadily } from './steadily.ts';
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
  const { fromN = 0, beforeN, limit } = query;
  const isBack = beforeN !== undefined;
  const filters = filtersOf(query);
  const few = filters.length === 0 ? undefined : fewOf(file, head.generation, filters);
  const { where, values } = conditions(filters, query.text);
  const found: StoredRow[] = [];
  const rest = `generation = ? AND n >= ? AND n < ? ${where} ORDER BY n ${isBack ? 'DESC' : ''} LIMIT ?`;
  const look = (sql: string, from: number, end: number, more: readonly SqlValue[]) => {
    const left = limit - found.length;
    const all = [...more, head.generation, from, end, ...values, left];
    if (left > 0) found.push(...file.all<StoredRow>('reading rows of a plan', sql, ...all));
  };
  const bounds = isBack ? { first: 0, end: Math.min(beforeN, head.rows) } : { first: fromN, end: head.rows };
  if (few !== undefined)
    look(`SELECT ${COLUMNS} FROM plan_rows WHERE ${few.where} AND ${rest}`, bounds.first, bounds.end, few.values);
  else
    await (isBack ? inWindowsBack : inWindows)(
      bounds.end,
      (from, end) => look(`SELECT ${COLUMNS} FROM plan_rows WHERE ${rest}`, from, end, []),
      { first: bounds.first, isEnough: () => found.length >= limit },
    );
  return (isBack ? found.reverse() : found).map(read);
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
  const kept = storedSumsOf(parseStored<StoredSums>(head.sums, `the plan of ${runId}`, file.name), query);
  if (kept !== undefined) return kept;
  const sums = createSums();
  const add = (parts: readonly StoredPart[]) => {
    for (const part of parts)
      sums.add({ ...part, reasonCode: part.reason_code, freesBytes: part.frees_bytes } satisfies PlanPart);
  };
  if (query.text === undefined || query.text === '') {
    await inSlicesOfSums(file, head, query.group, (parts) =>
      add(parts.filter((part) => part.actions > 0 && passes(part, query))),
    );
    return sums.sums();
  }
  const sql = `SELECT verb, "group", reason_code, count(*) AS actions, sum(frees_bytes) AS frees_bytes FROM plan_rows
    WHERE generation = ? AND n >= ? AND n < ? ${where} GROUP BY verb, "group", reason_code`;
  await inWindows(head.rows, (n, end) => add(file.all<StoredPart>(doing, sql, head.generation, n, end, ...values)));
  return sums.sums();
}

interface StoredSum extends StoredPart {
  readonly outcome: string;
}

/** Goes through the sums of all rows that are alike, in steps: there may be as many as there are rows. */
async function inSlicesOfSums(
  file: HistoryFile,
  { generation }: PlanHead,
  group: string | undefined,
  work: (parts: readonly StoredSum[]) => void,
): Promise<void> {
  const sql = `SELECT verb, "group", reason_code, outcome, actions, frees_bytes FROM plan_sums
    WHERE generation = ? ${group === undefined ? '' : 'AND "group" = ?'} AND ("group", verb, reason_code, outcome) > (?, ?, ?, ?)
    ORDER BY "group", verb, reason_code, outcome LIMIT ?`;
  const start = [generation, ...(group === undefined ? [] : [group])];
  const pace = readingPace();
  let last: readonly string[] = [group ?? '', '', '', ''];
  for (;;) {
    const most = pace.rows();
    const parts = await pace.step(most, () => {
      const found = file.all<StoredSum>('adding up a plan', sql, ...start, ...last, most);
      work(found);
      return found;
    });
    const end = parts.at(-1);
    if (end === undefined || parts.length < most) return;
    last = [end.group, end.verb, end.reason_code, end.outcome];
  }
}

function passes(part: StoredSum, { verb, reasonCode, outcome }: Omit<PlanQuery, 'limit'>): boolean {
  return (
    (verb === undefined || part.verb === verb) &&
    (reasonCode === undefined || part.reason_code === reasonCode) &&
    (outcome === undefined || part.outcome === outcome)
  );
}
