import { exitCodes } from '../../report/exit-code.ts';
import type { RunRecord, RunState } from '../../systems/history/contract.ts';

/** A plan, as far as it matters for whether a person should look at it. */
export interface PlanToJudge {
  readonly exitCode: number;
  /** Limits that it breaks. */
  readonly broken: readonly string[];
  readonly gaps: number;
  readonly found: number;
  readonly planned: number;
  readonly plannedBytes: number;
}

/** How many of the last plans one is measured by. */
const LOOKED_BACK = 5;
/** A plan of a few actions says little when it is three times as large as another. */
const FEW_ACTIONS = 10;
const FEW_BYTES = 100 * 1024 * 1024;
/** When less than this share of what was there is there still, something is wrong with the looking. */
const LEAST_SHARE_LEFT = 0.5;
const FEW_FOUND = 20;

/** States of runs whose plan was right, as far as anybody knows: it was applied. */
const applied: ReadonlySet<RunState> = new Set(['done', 'partial', 'incomplete']);
const planned: ReadonlySet<RunState> = new Set([...applied, 'nothing', 'planned', 'stopped']);

/**
 * Why a plan is not to be applied before a person has looked at it: sentences. Empty: it is as ever.
 *
 * @param past - the runs of its schedule before it, newest first
 * @param growth - so many times more actions, or bytes, than the largest of the last plans is unusual
 */
export function unusualThings(plan: PlanToJudge, past: readonly RunRecord[], growth: number): readonly string[] {
  const before = past.filter(({ trigger, state }) => trigger !== 'undo' && planned.has(state));
  const why: string[] = plan.broken.map((limit) => `It breaks a limit: ${limit}.`);
  if (!before.some(({ state, counts }) => applied.has(state) && (counts?.removed ?? 0) > 0))
    why.push('It is the first of this schedule: none was applied before.');
  if (plan.exitCode === exitCodes.evidence)
    why.push('The evidence is incomplete: something could not be seen, and is kept for that.');
  return [...why, ...moreGaps(plan, before), ...dropped(plan, before), ...grown(plan, before, growth)];
}

function moreGaps({ gaps }: PlanToJudge, before: readonly RunRecord[]): readonly string[] {
  const most = Math.max(0, ...before.slice(0, LOOKED_BACK).map((run) => run.gaps ?? 0));
  return gaps > most ? [`${gaps} things could not be seen, more than the ${most} of the last runs.`] : [];
}

function dropped({ found }: PlanToJudge, before: readonly RunRecord[]): readonly string[] {
  const last = before.find(({ counts }) => counts?.found !== undefined)?.counts;
  if (last?.found === undefined || last.found < FEW_FOUND) return [];
  const left = last.found - (last.removed ?? 0);
  if (found >= left * LEAST_SHARE_LEFT) return [];
  return [`Only ${found} things were found, of ${left} that the last run left: it looks like an accident.`];
}

function grown(plan: PlanToJudge, before: readonly RunRecord[], growth: number): readonly string[] {
  const last = before.filter(({ counts }) => (counts?.planned ?? 0) > 0).slice(0, LOOKED_BACK);
  if (last.length === 0) return [];
  const mostActions = Math.max(...last.map(({ counts }) => counts?.planned ?? 0));
  const mostBytes = Math.max(...last.map(({ plannedBytes }) => plannedBytes ?? 0));
  const why: string[] = [];
  if (plan.planned > FEW_ACTIONS && plan.planned > mostActions * growth)
    why.push(`${plan.planned} actions are more than ${growth} times as many as the ${mostActions} of the last plans.`);
  if (plan.plannedBytes > FEW_BYTES && plan.plannedBytes > mostBytes * growth)
    why.push(`${plan.plannedBytes} bytes are more than ${growth} times as many as the ${mostBytes} of the last plans.`);
  return why;
}
