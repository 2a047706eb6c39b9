import type { History, NewPlanRow, PlanQuery, PlanRow, PlanSums, SumOf } from '../contract.ts';
import { createSums, NO_SUMS } from '../sums.ts';

interface StoredPlan {
  readonly header: string;
  readonly trailer: readonly string[];
  rows: readonly NewPlanRow[];
}

type PlanPart = 'savePlan' | 'planLines' | 'planHeader' | 'planRows' | 'planSums' | 'comparePlans' | 'noteOutcomes';

export function memoryPlans(): Pick<History, PlanPart> & { forget(runId: string): void } {
  const plans = new Map<string, StoredPlan>();
  const rowsOf = (runId: string) => plans.get(runId)?.rows ?? [];
  return {
    forget: (runId) => void plans.delete(runId),
    async savePlan(runId, header, rows, trailer) {
      const all: NewPlanRow[] = [];
      for await (const row of rows) all.push(row);
      all.sort((one, other) => one.n - other.n);
      plans.set(runId, { header, trailer: [...trailer], rows: all });
    },
    async *planLines(runId) {
      const plan = plans.get(runId);
      if (plan === undefined) return;
      yield plan.header;
      for (const { line } of plan.rows) yield line;
      yield* plan.trailer;
    },
    async planHeader(runId) {
      const plan = plans.get(runId);
      return plan === undefined ? undefined : JSON.parse(plan.header);
    },
    async planRows(runId, query) {
      const { fromN = 0, beforeN, limit } = query;
      const all = rowsOf(runId).filter((row) => passes(row, query));
      if (beforeN === undefined)
        return all
          .filter(({ n }) => n >= fromN)
          .slice(0, limit)
          .map(withoutLine);
      const before = all.filter(({ n }) => n < beforeN);
      return before.slice(Math.max(0, before.length - limit)).map(withoutLine);
    },
    async planSums(runId, query) {
      return sumsOf(rowsOf(runId).filter((row) => passes(row, query)));
    },
    async comparePlans(firstRunId, secondRunId, limit) {
      const [first, second] = [rowsOf(firstRunId), rowsOf(secondRunId)];
      const onlyFirst = without(first, second);
      const onlySecond = without(second, first);
      return {
        onlyInFirst: sumOf(onlyFirst),
        onlyInSecond: sumOf(onlySecond),
        inBoth: sumOf(second.filter((row) => !onlySecond.includes(row))),
        firstRows: onlyFirst.slice(0, limit).map(withoutLine),
        secondRows: onlySecond.slice(0, limit).map(withoutLine),
      };
    },
    async noteOutcomes(runId, outcomes) {
      const plan = plans.get(runId);
      const said = new Map([...outcomes].map((outcome) => [outcome.n, outcome]));
      if (plan !== undefined) plan.rows = plan.rows.map((row) => withOutcome(row, said.get(row.n)));
    },
  };
}

function withOutcome(row: NewPlanRow, said: { readonly outcome: string; readonly why?: string } | undefined) {
  if (said === undefined) return row;
  const { outcomeWhy, ...rest } = row;
  return { ...rest, outcome: said.outcome, ...(said.why === undefined ? {} : { outcomeWhy: said.why }) };
}

function withoutLine({ line, ...row }: NewPlanRow): PlanRow {
  return row;
}

function passes(row: PlanRow, query: Omit<PlanQuery, 'limit'>): boolean {
  const { verb, group, reasonCode, outcome, text = '' } = query;
  return (
    (verb === undefined || row.verb === verb) &&
    (group === undefined || row.group === group) &&
    (reasonCode === undefined || row.reasonCode === reasonCode) &&
    (outcome === undefined || (row.outcome ?? '') === outcome) &&
    row.target.toLowerCase().includes(text.toLowerCase())
  );
}

function sumsOf(rows: readonly PlanRow[]): PlanSums {
  if (rows.length === 0) return NO_SUMS;
  const sums = createSums();
  for (const row of rows) sums.add({ ...row, actions: 1 });
  return sums.sums();
}

function sumOf(rows: readonly PlanRow[]): SumOf {
  const freesBytes = rows.reduce((sum, row) => sum + row.freesBytes, 0);
  return { key: '', actions: rows.length, freesBytes };
}

function without(rows: readonly NewPlanRow[], others: readonly NewPlanRow[]): readonly NewPlanRow[] {
  const known = new Set(others.map(({ verb, target }) => `${verb} ${target}`));
  return rows.filter(({ verb, target }) => !known.has(`${verb} ${target}`));
}
