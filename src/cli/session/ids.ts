import { randomBytes } from 'node:crypto';
import type { FlowName, PlanHeader } from '../../plan/plan.ts';

/** `20260401t120000123z-reconcile-3fa2c1`: ids sort by time, to the millisecond, and are fit for file names. */
export function newPlanId(flow: FlowName, nowMs: number): string {
  const time = new Date(nowMs).toISOString().replace(/[-:.]/g, '').toLowerCase();
  return `${time}-${flow}-${randomBytes(3).toString('hex')}`;
}

/**
 * A run has its plan's id as long as runs then still sort by time: a plan that is applied after a later one, or for a second time,
 * gets a run with an id of its own. `last` is to be what ran last.
 *
 * @param runs - ids of all runs so far
 */
export function runIdFor(
  { id, flow }: Pick<PlanHeader, 'id' | 'flow'>,
  runs: readonly string[],
  nowMs: number,
): string {
  return runs.every((run) => run < id) ? id : newPlanId(flow, nowMs);
}
