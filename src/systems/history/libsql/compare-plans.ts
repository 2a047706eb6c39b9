import type { History, PlanDifference, PlanRow, PlanSums, SumOf } from '../contract.ts';
import { parseStored } from '../parse-stored.ts';
import { NO_SUMS } from '../sums.ts';
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

/** What is compared of a row. */
type Slim = Pick<StoredRow, 'n' | 'verb' | 'target' | 'frees_bytes'>;

const SLIM = 'SELECT n, verb, target, frees_bytes FROM plan_rows WHERE generation = ? AND n >= ? AND n < ?';
const SOME = `SELECT ${COLUMNS} FROM plan_rows WHERE generation = ? AND n IN (SELECT value FROM json_each(?)) ORDER BY n`;

/** What one plan has and another has not. The other's names are held meanwhile: some 100 bytes each. */
async function without(
  file: HistoryFile,
  plan: PlanHead | undefined,
  other: PlanHead | undefined,
  limit: number,
): Promise<{ readonly sum: SumOf; readonly rows: readonly PlanRow[] }> {
  const twins = new Set<string>();
  await eachRow(file, other, (row) => void twins.add(keyOf(row)));
  const first: number[] = [];
  let actions = 0;
  let freesBytes = 0;
  await eachRow(file, plan, (row) => {
    if (twins.has(keyOf(row))) return;
    actions += 1;
    freesBytes += row.frees_bytes;
    if (first.length < limit) first.push(row.n);
  });
  const rows = file.all<StoredRow>('comparing plans', SOME, plan?.generation ?? 0, JSON.stringify(first));
  return { sum: { key: '', actions, freesBytes }, rows: rows.map(read) };
}

function keyOf({ verb, target }: Slim): string {
  return `${verb} ${target}`;
}

async function eachRow(file: HistoryFile, plan: PlanHead | undefined, visit: (row: Slim) => void): Promise<void> {
  await inWindows(plan?.rows ?? 0, (from, end) => {
    for (const row of file.all<Slim>('comparing plans', SLIM, plan?.generation ?? 0, from, end)) visit(row);
  });
}
