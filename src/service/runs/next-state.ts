import { exitCodes } from '../../report/exit-code.ts';
import type { RunCounts, RunRecord, RunState } from '../../systems/history/contract.ts';
import { patiently } from './patiently.ts';
import type { RunTask } from './run-task.ts';
import type { RunnerParts } from './runner-parts.ts';
import { unusualThings } from './unusual.ts';

/** How far back runs are looked at to know whether a plan is unusual. */
const RUNS_LOOKED_AT = 50;

/** A plan, as far as it matters for what becomes of its run. */
export interface PlanSeen {
  readonly exitCode: number;
  readonly broken: readonly string[];
  readonly gaps: number;
  readonly counts: RunCounts;
  readonly plannedBytes: number;
}

/** What becomes of a run once its plan is made: whether it ends with that, waits for a person, or goes on. */
export async function nextState(
  parts: RunnerParts,
  task: RunTask,
  seen: PlanSeen,
): Promise<{ readonly state: RunState; readonly why?: readonly string[] }> {
  const { run, schedule } = task;
  const { exitCode, broken, gaps, counts, plannedBytes } = seen;
  const { found = 0, planned = 0 } = counts;
  if (planned === 0) return withoutWork(seen);
  const past = await pastRuns(parts, task);
  const unusual = unusualThings({ exitCode, broken, gaps, found, planned, plannedBytes }, past, schedule.growth);
  const because = unusual.length === 0 ? {} : { why: unusual };
  if (schedule.mode === 'plan') return { state: 'planned', ...because };
  if ((run.moreArguments ?? []).length > 0)
    return {
      state: 'waiting',
      why: [`Limits were raised by ${run.by ?? 'somebody'}, for this run alone.`, ...unusual],
    };
  if (schedule.mode === 'auto' && unusual.length === 0) return { state: 'approved' };
  return { state: 'waiting', ...because };
}

function withoutWork({ broken, exitCode }: PlanSeen): { readonly state: RunState; readonly why?: readonly string[] } {
  if (broken.length > 0) return { state: 'failed', why: broken.map((limit) => `It breaks a limit: ${limit}.`) };
  return exitCode === exitCodes.evidence
    ? { state: 'incomplete', why: ['Nothing is to go, and something could not be seen.'] }
    : { state: 'nothing' };
}

async function pastRuns(parts: RunnerParts, { run, gone }: RunTask): Promise<readonly RunRecord[]> {
  const query = { schedule: run.schedule, limit: RUNS_LOOKED_AT };
  const runs = await patiently(parts, gone, () => parts.history.runs(query));
  return runs.filter(({ id }) => id !== run.id);
}
