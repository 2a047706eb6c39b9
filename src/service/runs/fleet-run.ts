import { exitCodes } from '../../report/exit-code.ts';
import { sha256Hex } from '../../util/pure/hash.ts';
import { endOfApply } from './apply-end.ts';
import { fleetArguments } from './command-line.ts';
import { type FleetSeen, readFleetReport } from './fleet-report.ts';
import { nextState } from './next-state.ts';
import { moveTo, patiently } from './patiently.ts';
import { type ChildEnd, runChild } from './run-child.ts';
import { openRunFiles, removeRunFiles } from './run-files.ts';
import type { RunTask } from './run-task.ts';
import type { RunnerParts } from './runner-parts.ts';
import { tellOf } from './tell-of.ts';
import { whyOf } from './why-of.ts';

/*
 * `node-fleet` has no plan that could be applied to the letter: on each node a Job looks, decides within the policy and its limits, and
 * removes. What a person approves is what a dry run of that came to, and what is done is the same with --confirm. So such a plan counts
 * for a day, and no longer.
 */
const GOOD_FOR_MS = 86_400_000;
const MOST_NODES = 100_000;

/** A dry run on all nodes. */
export async function planFleet(parts: RunnerParts, task: RunTask): Promise<void> {
  const { run, gone } = task;
  const { nowMs, replica } = parts;
  const begun = await moveTo(parts, gone, run.id, ['planning'], {
    ...{ state: 'planning', replica, startedAtMs: run.startedAtMs ?? nowMs() },
  });
  if (begun === undefined) return;
  const end = await sweep(parts, task, 'plan');
  if (task.stop.aborted && end.code !== exitCodes.done) {
    const why = ['It was stopped while its plan was made.'];
    if (task.stopCause() === 'person')
      await moveTo(parts, gone, run.id, ['planning'], { state: 'stopped', endedAtMs: nowMs(), why });
    return;
  }
  const seen = end.outOfTime || end.code === null ? undefined : readFleetReport(end.printed.text);
  if (seen === undefined || end.code === exitCodes.failed) return await fail(parts, task, end);
  await planned(parts, task, seen, end.code ?? exitCodes.failed);
}

/** The same, confirmed: a fleet that was killed is gone on with, under its name. */
export async function applyFleet(parts: RunnerParts, task: RunTask): Promise<void> {
  const { run, gone } = task;
  const { nowMs, replica } = parts;
  const isResumed = run.state === 'interrupted';
  if (!isResumed && (run.planExpiresAtMs ?? 0) <= nowMs()) {
    const change = { state: 'outdated', endedAtMs: nowMs(), why: ['Its dry run is more than a day old.'] } as const;
    const late = await moveTo(parts, gone, run.id, ['approved'], change);
    if (late !== undefined) tellOf(parts, late, 'outdated');
    return;
  }
  const begun = await moveTo(parts, gone, run.id, ['approved', 'interrupted'], {
    ...{ state: 'applying', replica, applyStartedAtMs: run.applyStartedAtMs ?? nowMs() },
  });
  if (begun === undefined) return;
  if (isResumed) tellOf(parts, begun, 'resumed');
  await conclude(parts, task, await sweep(parts, task, 'apply'));
}

async function sweep(parts: RunnerParts, task: RunTask, mode: 'plan' | 'apply'): Promise<ChildEnd> {
  const { stateDir } = parts;
  const name = `${sha256Hex(task.run.id).slice(0, 16)}-${mode}`;
  const files = await openRunFiles(stateDir, task.run.id);
  try {
    return await runChild(parts, task, files, fleetArguments(task.schedule, name, mode, parts));
  } finally {
    await removeRunFiles(stateDir, task.run.id);
  }
}

async function fail(parts: RunnerParts, task: RunTask, end: ChildEnd): Promise<void> {
  const run = await moveTo(parts, task.gone, task.run.id, ['planning'], {
    ...{ state: 'failed', endedAtMs: parts.nowMs(), why: whyOf(end, task.schedule.deadlineMs) },
    ...(end.code === null ? {} : { exitCode: end.code }),
  });
  if (run !== undefined) tellOf(parts, run, 'failed');
}

async function planned(parts: RunnerParts, task: RunTask, seen: FleetSeen, exitCode: number): Promise<void> {
  const { history, nowMs } = parts;
  const { run, gone } = task;
  const { broken, gaps, things, nodes, failedNodes } = seen;
  await patiently(parts, gone, () => history.savePlan(run.id, seen.headerLine, seen.rows, []));
  for (const disk of seen.disks) await patiently(parts, gone, () => history.addDisk(disk));
  const counts = { found: nodes, planned: things };
  const plannedBytes = seen.predictedBytes;
  const next = await nextState(parts, task, { exitCode, broken, gaps, counts, plannedBytes });
  const unseen = failedNodes === 0 ? [] : [`${failedNodes} of ${nodes} nodes could not be looked at.`];
  // Nodes that nobody could look at are not as ever.
  const state = next.state === 'approved' && failedNodes > 0 ? 'waiting' : next.state;
  const isOver = state !== 'waiting' && state !== 'approved';
  const moved = await moveTo(parts, gone, run.id, ['planning'], {
    ...{ state, why: [...(next.why ?? []), ...unseen] },
    ...{ target: seen.target, planId: seen.run, planHash: seen.hash, planExpiresAtMs: nowMs() + GOOD_FOR_MS },
    ...{ broken, gaps, counts, plannedBytes, exitCode, ...(isOver ? { endedAtMs: nowMs() } : {}) },
    ...(state === 'approved' ? { decidedBy: 'the schedule', decidedAtMs: nowMs() } : {}),
  });
  if (moved?.state === 'waiting') tellOf(parts, moved, broken.length > 0 ? 'limit' : 'waiting');
}

async function conclude(parts: RunnerParts, task: RunTask, end: ChildEnd): Promise<void> {
  const { history, nowMs } = parts;
  const { run, gone, schedule } = task;
  const { text } = end.printed;
  const seen = readFleetReport(text);
  const removed = seen?.things ?? 0;
  if (seen !== undefined && text !== undefined) {
    const rows = await patiently(parts, gone, () => history.planRows(run.id, { limit: MOST_NODES }));
    await patiently(parts, gone, () => history.noteOutcomes(run.id, seen.outcomesOf(rows)));
    await patiently(parts, gone, () => history.saveReport(run.id, text));
    for (const disk of seen.disks) await patiently(parts, gone, () => history.addDisk(disk));
  }
  const next = endOfApply({ end, cause: task.stopCause(), outcomes: { removed }, deadlineMs: schedule.deadlineMs });
  const moved = await moveTo(parts, gone, run.id, ['applying'], {
    ...next,
    ...(next.state === 'interrupted' ? {} : { endedAtMs: nowMs() }),
    ...{ counts: { ...run.counts, removed, failed: seen?.failedNodes ?? 0 }, freedBytes: seen?.freedBytes ?? 0 },
    ...(end.code === null ? {} : { exitCode: end.code }),
  });
  if (moved?.state === 'failed') tellOf(parts, moved, 'failed');
}
