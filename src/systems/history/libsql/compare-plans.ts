import type { History, PlanDifference, PlanRow, SumOf } from '../contract.ts';
import type { HistoryFile } from './database.ts';
import { type PlanHead, planHead } from './plan-head.ts';
import { inWindows, steadily } from './steadily.ts';
import { COLUMNS, read, type StoredRow } from './stored-row.ts';

export function comparisonsIn(file: HistoryFile): Pick<History, 'comparePlans'> {
  return { comparePlans: (firstRunId, secondRunId, limit) => compare(file, firstRunId, secondRunId, limit) };
}

interface Both {
  /** Of the two plans together: whether they are still those that were. */
  readonly generation: string;
  readonly first: PlanHead | undefined;
  readonly second: PlanHead | undefined;
}

async function compare(file: HistoryFile, firstRunId: string, secondRunId: string, limit: number) {
  const both = (): Both => {
    const [first, second] = [planHead(file, firstRunId), planHead(file, secondRunId)];
    return { generation: `${first?.generation} ${second?.generation}`, first, second };
  };
  const doing = `comparing the plans of ${firstRunId} and ${secondRunId}`;
  const found = await steadily(doing, both, ({ first, second }) => difference(file, first, second, limit));
  if (found === undefined) throw new Error('two plans were compared without a result');
  return found;
}

async function difference(
  file: HistoryFile,
  first: PlanHead | undefined,
  second: PlanHead | undefined,
  limit: number,
): Promise<PlanDifference> {
  // Names of the second, some 100 bytes each, are held until they are met in the first.
  const unmet = new Map<string, Slim>();
  await eachRow(file, second, (row) => void unmet.set(keyOf(row), row));
  const onlyInFirst = createGathering(limit);
  const inBoth = createGathering(0);
  await eachRow(file, first, (row) => {
    const twin = unmet.get(keyOf(row));
    if (twin === undefined) return onlyInFirst.add(row);
    unmet.delete(keyOf(row));
    inBoth.add(twin);
  });
  const onlyInSecond = createGathering(limit);
  for (const row of unmet.values()) onlyInSecond.add(row);
  return {
    onlyInFirst: onlyInFirst.sum(),
    onlyInSecond: onlyInSecond.sum(),
    inBoth: inBoth.sum(),
    firstRows: rowsAt(file, first, onlyInFirst.places),
    secondRows: rowsAt(file, second, onlyInSecond.places),
  };
}

/** What is compared of a row: its number, verb, target and bytes. */
type Slim = readonly [n: number, verb: string, target: string, freesBytes: number];

function keyOf([, verb, target]: Slim): string {
  return `${verb} ${target}`;
}

function createGathering(limit: number) {
  const places: number[] = [];
  let actions = 0;
  let freesBytes = 0;
  return {
    /** Of the first rows, so many as are shown. */
    places,
    add([n, , , bytes]: Slim): void {
      actions += 1;
      freesBytes += bytes;
      if (places.length < limit) places.push(n);
    },
    sum: (): SumOf => ({ key: '', actions, freesBytes }),
  };
}

/** As one text: that is read three times as fast as row by row. */
const SLIM = `SELECT json_group_array(json_array(n, verb, target, frees_bytes)) AS rows FROM plan_rows
  WHERE generation = ? AND n >= ? AND n < ?`;

async function eachRow(file: HistoryFile, plan: PlanHead | undefined, visit: (row: Slim) => void): Promise<void> {
  await inWindows(plan?.rows ?? 0, (from, end) => {
    const page = file.first<{ rows: string }>('comparing plans', SLIM, plan?.generation ?? 0, from, end);
    for (const row of JSON.parse(page?.rows ?? '[]') as readonly Slim[]) visit(row);
  });
}

const SOME = `SELECT ${COLUMNS} FROM plan_rows WHERE generation = ? AND n IN (SELECT value FROM json_each(?)) ORDER BY n`;

function rowsAt(file: HistoryFile, plan: PlanHead | undefined, places: readonly number[]): readonly PlanRow[] {
  const rows = file.all<StoredRow>('comparing plans', SOME, plan?.generation ?? 0, JSON.stringify(places));
  return rows.map(read);
}
