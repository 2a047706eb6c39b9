import { randomBytes } from 'node:crypto';
import type { FlowName } from '../../plan/plan.ts';

/** `20260401t120000z-reconcile-3fa2c1`: ids sort by time, and are fit for file names. */
export function newPlanId(flow: FlowName, nowMs: number): string {
  const time = new Date(nowMs).toISOString().slice(0, 19).replace(/[-:]/g, '').toLowerCase();
  return `${time}z-${flow}-${randomBytes(3).toString('hex')}`;
}

/** A plan that is applied again gets a run of its own: `…-2`, `…-3`. */
export function runIdFor(planId: string, runs: readonly string[]): string {
  const taken = new Set(runs);
  let id = planId;
  for (let n = 2; taken.has(id); n += 1) id = `${planId}-${n}`;
  return id;
}
