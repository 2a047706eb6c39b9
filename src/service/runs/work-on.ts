import type { RunRecord } from '../../systems/history/contract.ts';
import { messageOf } from '../../util/pure/coded-error.ts';
import { applyRun } from './apply-run.ts';
import { moveTo, patiently } from './patiently.ts';
import { planRun } from './plan-run.ts';
import type { RunTask } from './run-task.ts';
import type { RunnerParts } from './runner-parts.ts';
import { forgetStop } from './stop-notes.ts';
import { tellOf } from './tell-of.ts';
import { undoRun } from './undo-run.ts';

/** Does the next thing that a run needs, to its end. Never throws. */
export async function workOn(parts: RunnerParts, task: RunTask): Promise<void> {
  const { log } = parts;
  const { run, gone } = task;
  try {
    await step(parts, task);
    await patiently(parts, gone, () => forgetStop(parts.history, run.id));
  } catch (error) {
    if (gone.aborted) return log.info('a run is left to whoever runs the schedules now', { run_id: run.id });
    log.warn('a run has failed', { run_id: run.id, why: messageOf(error) });
    await giveUp(parts, task, messageOf(error)).catch((failure: unknown) =>
      log.warn('a run could not be ended', { run_id: run.id, why: messageOf(failure) }),
    );
  }
}

async function step(parts: RunnerParts, task: RunTask): Promise<void> {
  const { run, gone } = task;
  if (run.state === 'planning') return await planRun(parts, task);
  // Nobody is at work on it, or it would not be ours to begin: who was has died.
  const orphan =
    run.state === 'applying' ? await moveTo(parts, gone, run.id, ['applying'], { state: 'interrupted' }) : run;
  if (orphan === undefined) return;
  const resumed = { ...task, run: orphan };
  if (run.trigger === 'undo') return await undoRun(parts, resumed);
  return await applyRun(parts, resumed);
}

async function giveUp(parts: RunnerParts, { run, gone }: RunTask, why: string): Promise<void> {
  const change = { state: 'failed', endedAtMs: parts.nowMs(), why: [why] } as const;
  const open = ['planning', 'approved', 'applying', 'interrupted'] as const;
  const failed = await moveTo(parts, gone, run.id, open, change);
  if (failed !== undefined) tellOf(parts, failed, 'failed');
}

/** A run whose schedule is in the settings no longer. */
export async function endWithoutSchedule(parts: RunnerParts, run: RunRecord, gone: AbortSignal): Promise<void> {
  const why = [`The settings have no schedule ${run.schedule} any more.`];
  await moveTo(parts, gone, run.id, [run.state], { state: 'failed', endedAtMs: parts.nowMs(), why });
}
