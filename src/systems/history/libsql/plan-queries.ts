import type { History, PlanDifference, PlanQuery, PlanRow, PlanSums, SumOf } from '../contract.ts';
import { parseStored } from '../parse-stored.ts';
import { createSums, NO_SUMS, type PlanPart } from '../sums.ts';
import type { HistoryFile, SqlValue } from './database.ts';
import { readingPace } from './pace.ts';
import { type PlanHead, planHead, steadily } from './plan-head.ts';

/** All reading is in steps: a search through many rows must not keep others waiting. */
export function planQueriesIn(file: HistoryFile): Pick<History, 'planRows' | 'planSums' | 'comparePlans'> {
  const steadilyOf = <Value>(runId: string, read: (head: PlanHead) => Promise<Value>) =>
    steadily(`reading the plan of ${runId}`, () => planHead(file, runId), read);
  return {
    async planRows(runId, query) {
      return (await steadilyOf(runId, (head) => rowsOf(file, head, query))) ?? [];
    },
    async planSums(runId, query) {
      return (await steadilyOf(runId, (head) => sumsOf(file, runId, head, query))) ?? NO_SUMS;
    },
    async comparePlans(firstRunId, secondRunId, limit) {
      const compare = (first: PlanHead | undefined, second: PlanHead | undefined) =>
        difference(file, first, second, limit);
      const both = await steadilyOf(firstRunId, (first) =>
        steadilyOf(secondRunId, (second) => compare(first, second)).then((found) => found ?? compare(first, undefined)),
      );
      return both ?? (await steadilyOf(secondRunId, (second) => compare(undefined, second))) ?? compare(undefined, undefined);
    },
  };
}

interface StoredRow {
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

const COLUMNS = 'n, verb, "group", target, reason_code, reason, frees_bytes, outcome, outcome_why';

function read(row: StoredRow): PlanRow {
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

/** Columns that filter, with what they have to be, and the index that goes by them. */
function filtersOf(query: Omit<PlanQuery, 'limit'>) {
  return [
    { column: '"group"', value: query.group, index: 'plan_rows_by_group' },
    { column: 'outcome', value: query.outcome, index: 'plan_rows_by_outcome' },
    { column: 'reason_code', value: query.reasonCode, index: 'plan_rows_by_reason' },
    { column: 'verb', value: query.verb, index: 'plan_rows_by_verb' },
  ].flatMap(({ value, ...filter }) => (value === undefined ? [] : [{ ...filter, value }]));
}

async function rowsOf(file: HistoryFile, head: PlanHead, query: PlanQuery): Promise<readonly PlanRow[]> {
  const doing = 'reading rows of a plan';
  const filters = filtersOf(query);
  const narrowest = filters.length === 0 ? undefined : narrowestOf(file, head.generation, filters);
  if (narrowest?.actions === 0) return [];
  const from = `plan_rows ${narrowest === undefined ? '' : `INDEXED BY ${narrowest.index}`}`;
  const { where, values } = conditions(filters, query.text);
  const sql = `SELECT ${COLUMNS} FROM ${from} WHERE generation = ? AND n >= ? AND n < ? ${where} ORDER BY n LIMIT ?`;
  const found: StoredRow[] = [];
  const pace = readingPace();
  let n = query.fromN ?? 0;
  while (n < head.rows && found.length < query.limit) {
    const end = isNarrow(query, narrowest?.actions) ? head.rows : n + pace.rows();
    const left = query.limit - found.length;
    const step = () => file.all<StoredRow>(doing, sql, head.generation, n, end, ...values, left);
    found.push(...(await pace.step(end - n, step)));
    n = end;
  }
  return found.map(read);
}

/** Whether one step finds the page: nothing is searched through, or little. */
function isNarrow(query: PlanQuery, atMost: number | undefined): boolean {
  return (query.text === undefined && filtersOf(query).length < 2) || (atMost ?? Number.POSITIVE_INFINITY) < 5000;
}

type Filters = ReturnType<typeof filtersOf>;

/** The filter that leaves least, by the sums; and how many rows pass all of them, or that one. */
function narrowestOf(file: HistoryFile, generation: number, filters: Filters) {
  const counts = filters.map(({ column }, at) => `sum(iif(${column} = ?, actions, 0)) AS filter${at}`);
  const sql = `SELECT ${counts.join(', ')} FROM plan_sums WHERE generation = ?`;
  const values = filters.map(({ value }) => value);
  const row = file.first<Record<string, number | null>>('counting rows of a plan', sql, ...values, generation);
  const counted = filters.map(({ index }, at) => ({ index, actions: row?.[`filter${at}`] ?? 0 }));
  return counted.reduce((one, other) => (other.actions < one.actions ? other : one));
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

async function inWindows(rows: number, work: (from: number, end: number) => void): Promise<void> {
  const pace = readingPace();
  for (let n = 0; n < rows; ) {
    const [from, end] = [n, n + pace.rows()];
    await pace.step(end - from, () => work(from, end));
    n = end;
  }
}

async function difference(
  file: HistoryFile,
  first: PlanHead | undefined,
  second: PlanHead | undefined,
  limit: number,
): Promise<PlanDifference> {
  const inFirst = await without(file, first, second, limit);
  const inSecond = await without(file, second, first, limit);
  const all = second === undefined ? NO_SUMS : parseStored<PlanSums>(second.sums, 'a plan', file.name);
  return {
    onlyInFirst: inFirst.sum,
    onlyInSecond: inSecond.sum,
    inBoth: {
      key: '',
      actions: all.actions - inSecond.sum.actions,
      freesBytes: all.freesBytes - inSecond.sum.freesBytes,
    },
    firstRows: inFirst.rows,
    secondRows: inSecond.rows,
  };
}

/** What one plan has and another has not. */
async function without(
  file: HistoryFile,
  plan: PlanHead | undefined,
  other: PlanHead | undefined,
  limit: number,
): Promise<{ readonly sum: SumOf; readonly rows: readonly PlanRow[] }> {
  const doing = 'comparing plans';
  const rest = `FROM plan_rows AS row WHERE generation = ? AND n >= ? AND n < ? AND NOT EXISTS (
      SELECT 1 FROM plan_rows AS twin INDEXED BY plan_rows_by_target
      WHERE twin.generation = ? AND twin.target = row.target AND twin.verb = row.verb)`;
  const rows: StoredRow[] = [];
  let actions = 0;
  let freesBytes = 0;
  await inWindows(plan?.rows ?? 0, (from, end) => {
    const values = [plan?.generation ?? 0, from, end, other?.generation ?? 0];
    const sql = `SELECT count(*) AS actions, coalesce(sum(frees_bytes), 0) AS bytes ${rest}`;
    const sum = file.first<{ actions: number; bytes: number }>(doing, sql, ...values);
    actions += sum?.actions ?? 0;
    freesBytes += sum?.bytes ?? 0;
    const left = limit - rows.length;
    if (left > 0 && sum?.actions !== 0)
      rows.push(...file.all<StoredRow>(doing, `SELECT ${COLUMNS} ${rest} ORDER BY n LIMIT ?`, ...values, left));
  });
  return { sum: { key: '', actions, freesBytes }, rows: rows.map(read) };
}
