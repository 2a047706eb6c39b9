import { changedRun } from '../change-run.ts';
import type { History } from '../contract.ts';
import type { RunQuery, RunRecord, RunState } from '../run.ts';
import { runsToForget } from '../runs-to-forget.ts';
import { compareTexts } from '../text-order.ts';
import { memoryHappenings } from './memory-happenings.ts';
import { memoryInventories } from './memory-inventories.ts';
import { memoryPlans } from './memory-plans.ts';
import { memoryTold } from './memory-told.ts';

/** A history that is gone with the process: for tests. @param keeps - `told`: as one that replicas share */
export function memoryHistory(keeps?: 'told'): History {
  const runs = new Map<string, RunRecord>();
  const reports = new Map<string, string>();
  const { forget: forgetPlan, ...plans } = memoryPlans();
  const { forgetEvents, forgetBefore, ...happenings } = memoryHappenings();

  return {
    name: 'memory of this process',
    ...(keeps === 'told' ? { told: memoryTold() } : {}),
    async claimRun(run) {
      if (runs.has(run.id)) return false;
      runs.set(run.id, structuredClone(run));
      return true;
    },
    async moveRun(id, from, change) {
      const before = runs.get(id);
      if (before === undefined || !from.includes(before.state)) return undefined;
      const after = changedRun(before, structuredClone(change));
      runs.set(id, after);
      return after;
    },
    async run(id) {
      return runs.get(id);
    },
    async runs(query) {
      const found = [...runs.values()].filter((run) => passes(run, query)).sort(newestFirst);
      return found.slice(0, query.limit);
    },
    async countRuns() {
      const counts: Partial<Record<RunState, number>> = {};
      for (const { state } of runs.values()) counts[state] = (counts[state] ?? 0) + 1;
      return counts;
    },
    async saveReport(runId, report) {
      reports.set(runId, report);
    },
    async report(runId) {
      return reports.get(runId);
    },
    ...plans,
    ...happenings,
    ...memoryInventories(),
    async forget(limits) {
      const known = [...runs.values()].map((run) => ({ ...run, endedAtMs: run.endedAtMs }));
      const going = new Set(runsToForget(known, limits));
      for (const id of going) {
        forgetPlan(id);
        reports.delete(id);
        runs.delete(id);
      }
      forgetEvents(({ runId, atMs }) => {
        if (runId !== undefined && going.has(runId)) return true;
        return atMs < limits.endedBeforeMs && (runId === undefined || !runs.has(runId));
      });
      forgetBefore(limits);
      return going.size;
    },
    async check(signal) {
      signal.throwIfAborted();
    },
    async close() {},
  };
}

function passes(run: RunRecord, { schedule, flow, states, dueBeforeMs }: RunQuery): boolean {
  return (
    (schedule === undefined || run.schedule === schedule) &&
    (flow === undefined || run.flow === flow) &&
    (states === undefined || states.includes(run.state)) &&
    (dueBeforeMs === undefined || run.dueAtMs < dueBeforeMs)
  );
}

function newestFirst(one: RunRecord, other: RunRecord): number {
  return other.dueAtMs - one.dueAtMs || compareTexts(other.id, one.id);
}
