import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { journals } from '../../systems/journal/index.ts';
import { runningSha256 } from '../../util/pure/hash.ts';
import { endOfApply } from './apply-end.ts';
import { applyArguments } from './command-line.ts';
import { disksTold } from './disks-told.ts';
import { withPushesHandedOver } from './hand-over-told.ts';
import { moveTo, patiently } from './patiently.ts';
import { placeOf } from './place-of.ts';
import { type PlanOutcomes, readPlanOutcomes } from './plan-outcomes.ts';
import { type ChildEnd, runChild } from './run-child.ts';
import { openRunFiles, type RunFiles, removeRunFiles } from './run-files.ts';
import type { RunTask } from './run-task.ts';
import type { RunnerParts } from './runner-parts.ts';
import { tellOf } from './tell-of.ts';

/**
 * Applies exactly the plan that was approved. What was applied in part before (the service, or its process, died) is applied again: what
 * is gone is gone, and the target's own lease keeps two processes apart.
 */
export async function applyRun(parts: RunnerParts, task: RunTask): Promise<void> {
  const { run, gone } = task;
  const { replica, nowMs, stateDir } = parts;
  const isResumed = run.state === 'interrupted';
  const place = await placeOf(stateDir);
  const begun = await moveTo(parts, gone, run.id, ['approved', 'interrupted'], {
    ...{ state: 'applying', replica, applyStartedAtMs: run.applyStartedAtMs ?? nowMs() },
    // Before anything is done: whoever takes over must know where the journals of this replica lie.
    appliedAt: [...new Set([...(run.appliedAt ?? []), place])],
  });
  if (begun === undefined) return;
  if (isResumed) tellOf(parts, begun, 'resumed');
  const files = await openRunFiles(stateDir, run.id);
  try {
    const hash = await patiently(parts, gone, () => writePlan(parts, run.id, files));
    if (hash !== run.planHash) return await refuse(parts, task);
    const args = applyArguments(task.schedule, files.plan, parts);
    const end = await withPushesHandedOver(parts, task, files, () =>
      runChild(parts, task, files, args, async () => goOn(parts, task)),
    );
    await conclude(parts, task, end);
  } finally {
    await removeRunFiles(stateDir, run.id);
  }
}

/** @returns the hash of what was written */
async function writePlan({ history }: RunnerParts, runId: string, { plan }: RunFiles): Promise<string> {
  const hash = runningSha256();
  async function* lines() {
    for await (const line of history.planLines(runId)) {
      hash.update(`${line}\n`);
      yield `${line}\n`;
    }
  }
  await pipeline(Readable.from(lines()), createWriteStream(plan, { mode: 0o600 }));
  return hash.hex();
}

async function refuse(parts: RunnerParts, { run, gone }: RunTask): Promise<void> {
  const why = ['The plan in the history is not the one that was approved: nothing was done.'];
  const moved = await moveTo(parts, gone, run.id, ['applying'], { state: 'failed', endedAtMs: parts.nowMs(), why });
  if (moved !== undefined) tellOf(parts, moved, 'failed');
}

/** After the death of its process: whoever looks meanwhile sees that it was interrupted. @returns whether it goes on */
async function goOn(parts: RunnerParts, { run, gone }: RunTask): Promise<boolean> {
  const interrupted = await moveTo(parts, gone, run.id, ['applying'], { state: 'interrupted' });
  if (interrupted === undefined) return false;
  const again = await moveTo(parts, gone, run.id, ['interrupted'], { state: 'applying' });
  if (again !== undefined) tellOf(parts, again, 'resumed');
  return again !== undefined;
}

async function conclude(parts: RunnerParts, task: RunTask, end: ChildEnd): Promise<void> {
  const { history, nowMs, stateDir } = parts;
  const { run, gone, schedule } = task;
  const outcomes = await readPlanOutcomes(journals.file(stateDir), run.planId ?? '');
  await patiently(parts, gone, () => history.noteOutcomes(run.id, outcomes.rows));
  const { text, error } = end.printed;
  if (text !== undefined && error === undefined) {
    await patiently(parts, gone, () => history.saveReport(run.id, text));
    for (const disk of disksTold(text)) await patiently(parts, gone, () => history.addDisk(disk));
  }
  const next = endOfApply({ end, cause: task.stopCause(), outcomes, deadlineMs: schedule.deadlineMs });
  const moved = await moveTo(parts, gone, run.id, ['applying'], {
    ...next,
    ...(next.state === 'interrupted' ? {} : { endedAtMs: nowMs() }),
    ...resultsOf(task, outcomes),
    ...(end.code === null ? {} : { exitCode: end.code }),
  });
  if (moved?.state === 'failed') tellOf(parts, moved, 'failed');
  if (moved?.state === 'outdated') tellOf(parts, moved, 'outdated');
}

/** Journals of another replica are not here: what is known of them stays. */
function resultsOf({ run }: RunTask, { journals: own, removed, skipped, failed, freedBytes }: PlanOutcomes) {
  const known = run.journals ?? [];
  return {
    counts: { ...run.counts, removed, skipped, failed },
    freedBytes,
    journals: [...known.filter((id) => !own.includes(id)), ...own],
  };
}
