import type { PlanHeader } from '../../plan/plan.ts';
import type {
  History,
  PlanDifference,
  PlanQuery,
  PlanRow,
  PlanSums,
  RunRecord,
} from '../../systems/history/contract.ts';

/** Rows of a page. */
export const PLAN_ROWS = 100;
const COMPARED_ROWS = 50;

/** What is looked for in a plan. */
export type PlanFilter = Omit<PlanQuery, 'limit'>;

/** A plan as it can be read through: its first line, sums over all of it and over what was looked for, and a page of rows. */
export interface PlanView {
  readonly run: RunRecord;
  readonly header: PlanHeader | undefined;
  readonly all: PlanSums;
  /** Of what the filter finds; the same as {@link all} without one. */
  readonly found: PlanSums;
  readonly rows: readonly PlanRow[];
  readonly filter: PlanFilter;
  /** Where the next page begins; absent on the last. */
  readonly nextN?: number;
  /** Before which row the previous page ends; absent on the first. */
  readonly previousN?: number;
}

export async function planViewOf(history: History, run: RunRecord, filter: PlanFilter): Promise<PlanView> {
  const { fromN: _, beforeN: __, ...searched } = filter;
  const isFiltered = Object.keys(searched).length > 0;
  const [header, all, found, page] = await Promise.all([
    planHeaderOf(history, run.id),
    history.planSums(run.id, {}),
    isFiltered ? history.planSums(run.id, searched) : undefined,
    pageOf(history, run.id, filter),
  ]);
  return { run, header, all, found: found ?? all, filter, ...page };
}

/** A page that ends before a row, and has fewer than fit, is the first one: that is shown full. */
async function pageOf(
  history: History,
  runId: string,
  filter: PlanFilter,
): Promise<Pick<PlanView, 'rows' | 'nextN' | 'previousN'>> {
  const { beforeN, ...others } = filter;
  if (beforeN !== undefined) {
    const found = await history.planRows(runId, { ...others, beforeN, limit: PLAN_ROWS + 1 });
    const rows = found.slice(-PLAN_ROWS);
    if (found.length > PLAN_ROWS) return { rows, nextN: beforeN, previousN: rows[0]?.n ?? 0 };
    return await pageOf(history, runId, others);
  }
  const [found, before] = await Promise.all([
    history.planRows(runId, { ...others, limit: PLAN_ROWS + 1 }),
    others.fromN === undefined ? [] : history.planRows(runId, { ...others, beforeN: others.fromN, limit: 1 }),
  ]);
  const next = found[PLAN_ROWS];
  return {
    rows: found.slice(0, PLAN_ROWS),
    ...(next !== undefined && { nextN: next.n }),
    ...(before.length > 0 && others.fromN !== undefined && { previousN: others.fromN }),
  };
}

/** The first line of a run's plan. It was read and checked when it was saved. */
export async function planHeaderOf(history: History, runId: string): Promise<PlanHeader | undefined> {
  const header = await history.planHeader(runId);
  return isPlanHeader(header) ? header : undefined;
}

/** What two plans have not in common. */
export interface ComparisonView {
  readonly run: RunRecord;
  readonly earlier: RunRecord;
  /** First: the earlier one; second: this one. */
  readonly difference: PlanDifference;
}

export async function comparisonOf(history: History, run: RunRecord, earlier: RunRecord): Promise<ComparisonView> {
  return { run, earlier, difference: await history.comparePlans(earlier.id, run.id, COMPARED_ROWS) };
}

function isPlanHeader(value: unknown): value is PlanHeader {
  return typeof value === 'object' && value !== null && 'winnow' in value && value.winnow === 'plan/v1';
}
