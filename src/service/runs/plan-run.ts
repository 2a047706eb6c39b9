import { exitCodes } from '../../report/exit-code.ts';
import { errnoOf } from '../../util/pure/system-failure.ts';
import { planArguments } from './command-line.ts';
import { disksOf } from './disks-of.ts';
import { handOverTold } from './hand-over-told.ts';
import { nextState } from './next-state.ts';
import { moveTo, patiently } from './patiently.ts';
import { type CheckedPlan, countsOf, readPlan, targetOf } from './plan-rows-of.ts';
import { type ChildEnd, runChild } from './run-child.ts';
import { keepEvidence, openRunFiles, type RunFiles, removeRunFiles } from './run-files.ts';
import type { RunTask } from './run-task.ts';
import type { RunnerParts } from './runner-parts.ts';
import { saveInventory } from './save-inventory.ts';
import { tellOf } from './tell-of.ts';
import { whyOf } from './why-of.ts';

/** Makes the plan of a run, and decides whether it waits. A run that a dead replica had begun to plan is planned again. */
export async function planRun(parts: RunnerParts, task: RunTask): Promise<void> {
  const { run, schedule, gone } = task;
  const { replica, nowMs, stateDir } = parts;
  const begun = await moveTo(parts, gone, run.id, ['planning'], {
    ...{ state: 'planning', replica, startedAtMs: run.startedAtMs ?? nowMs() },
  });
  if (begun === undefined) return;
  const files = await openRunFiles(stateDir, run.id);
  try {
    await handOverTold(parts, task, files);
    const args = planArguments(schedule, run.moreArguments ?? [], files, parts);
    const end = await runChild(parts, task, files, args);
    if (task.stop.aborted && end.code !== exitCodes.done) return await stopped(parts, task);
    const plan = await planIn(files, end);
    if (plan === undefined) return await failed(parts, task, end);
    await planned(parts, task, files, plan, end);
  } finally {
    await removeRunFiles(stateDir, run.id);
  }
}

/** Of a service that ends, the run stays where it is: it is planned anew at the next start. */
async function stopped(parts: RunnerParts, task: RunTask): Promise<void> {
  if (task.stopCause() !== 'person') return;
  const why = ['It was stopped while its plan was made.'];
  await moveTo(parts, task.gone, task.run.id, ['planning'], { state: 'stopped', endedAtMs: parts.nowMs(), why });
}

/** Only what came to its end has a plan that counts: a limit and gaps are told by the plan itself. */
async function planIn({ plan }: RunFiles, { code, outOfTime }: ChildEnd): Promise<CheckedPlan | undefined> {
  const counts: readonly (number | null)[] = [exitCodes.done, exitCodes.limit, exitCodes.evidence];
  if (outOfTime || !counts.includes(code)) return undefined;
  try {
    return await readPlan(plan);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

async function failed(parts: RunnerParts, task: RunTask, end: ChildEnd): Promise<void> {
  const change = {
    state: end.code === exitCodes.evidence ? ('incomplete' as const) : ('failed' as const),
    ...{ endedAtMs: parts.nowMs(), why: whyOf(end, task.schedule.deadlineMs) },
    ...(end.code === null ? {} : { exitCode: end.code }),
  };
  const run = await moveTo(parts, task.gone, task.run.id, ['planning'], change);
  if (run !== undefined) tellOf(parts, run, 'failed');
}

async function planned(
  parts: RunnerParts,
  task: RunTask,
  files: RunFiles,
  plan: CheckedPlan,
  { code }: ChildEnd,
): Promise<void> {
  const { history, nowMs } = parts;
  const { run, gone } = task;
  const { header } = plan;
  await patiently(parts, gone, () => history.savePlan(run.id, plan.headerLine, plan.rows(), plan.trailer));
  await rememberSeen(parts, task, files, plan);
  const exitCode = code ?? exitCodes.failed;
  const next = await nextState(parts, task, {
    ...{ exitCode, broken: header.broken, gaps: header.gaps.length, plannedBytes: header.freesBytes },
    counts: countsOf(header),
  });
  const isOver = next.state !== 'waiting' && next.state !== 'approved';
  const moved = await moveTo(parts, gone, run.id, ['planning'], {
    ...next,
    ...{ target: targetOf(header), planId: header.id, planHash: plan.hash, planExpiresAtMs: header.expiresAtMs },
    ...{ broken: header.broken, gaps: header.gaps.length, counts: countsOf(header), plannedBytes: header.freesBytes },
    ...{ exitCode, ...(isOver ? { endedAtMs: nowMs() } : {}) },
    ...(next.state === 'approved' ? { decidedBy: 'the schedule', decidedAtMs: nowMs() } : {}),
  });
  if (moved?.state === 'waiting') tellOf(parts, moved, header.broken.length > 0 ? 'limit' : 'waiting');
}

/** What the run saw besides its plan. */
async function rememberSeen(parts: RunnerParts, task: RunTask, files: RunFiles, plan: CheckedPlan): Promise<void> {
  const { history, stateDir } = parts;
  const inventory = await patiently(parts, task.gone, () => saveInventory(parts, files.inventory));
  for (const disk of await disksOf(plan.header, inventory))
    await patiently(parts, task.gone, () => history.addDisk(disk));
  try {
    await keepEvidence(stateDir, files.evidence, targetOf(plan.header), task.schedule.name);
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error; // most flows leave none
  }
}
