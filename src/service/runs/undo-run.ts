import { exitCodes } from '../../report/exit-code.ts';
import type { RunRecord, RunState } from '../../systems/history/contract.ts';
import { undoArguments } from './command-line.ts';
import { moveTo, patiently } from './patiently.ts';
import { type ChildEnd, runChild } from './run-child.ts';
import { openRunFiles, removeRunFiles } from './run-files.ts';
import type { RunTask } from './run-task.ts';
import type { RunnerParts } from './runner-parts.ts';
import { tellOf } from './tell-of.ts';
import { whyOf } from './why-of.ts';

/** States of runs that may have removed something. */
export const undoableStates = [
  'done',
  'partial',
  'incomplete',
  'stopped',
  'failed',
  'outdated',
] as const satisfies RunState[];

/** Brings back what a run removed: journal by journal, the newest first. What is there already is left alone, so it may be done twice. */
export async function undoRun(parts: RunnerParts, task: RunTask): Promise<void> {
  const { run, gone } = task;
  const { history, nowMs, replica, stateDir } = parts;
  const begun = await moveTo(parts, gone, run.id, ['approved', 'interrupted'], {
    ...{ state: 'applying', replica, applyStartedAtMs: run.applyStartedAtMs ?? nowMs() },
  });
  if (begun === undefined) return;
  const undone = await patiently(parts, gone, () => history.run(run.undoOf ?? ''));
  const files = await openRunFiles(stateDir, run.id);
  const ends: ChildEnd[] = [];
  try {
    for (const journal of [...(undone?.journals ?? [])].reverse()) {
      if (task.stop.aborted) break;
      ends.push(await runChild(parts, task, files, undoArguments(task.schedule, journal, parts)));
    }
    await conclude(parts, task, undone, ends);
  } finally {
    await removeRunFiles(stateDir, run.id);
  }
}

async function conclude(
  parts: RunnerParts,
  task: RunTask,
  undone: RunRecord | undefined,
  ends: readonly ChildEnd[],
): Promise<void> {
  const { history, nowMs } = parts;
  const { run, gone } = task;
  const report = ends.at(-1)?.printed;
  if (report?.undo !== undefined) {
    const text = report.text ?? '';
    await patiently(parts, gone, () => history.saveReport(run.id, text));
  }
  const next = stateOf(task, undone, ends);
  const code = ends.find((end) => end.code !== exitCodes.done)?.code ?? exitCodes.done;
  const moved = await moveTo(parts, gone, run.id, ['applying'], {
    ...next,
    ...(next.state === 'interrupted' ? {} : { endedAtMs: nowMs() }),
    ...{ counts: countsOf(ends), exitCode: code },
  });
  if (moved?.state === 'failed') tellOf(parts, moved, 'failed');
  const by = run.by ?? 'somebody';
  if (undone !== undefined && moved?.state === 'done')
    await patiently(parts, gone, () => history.moveRun(undone.id, [undone.state], { undoneBy: by }));
}

function stateOf(
  task: RunTask,
  undone: RunRecord | undefined,
  ends: readonly ChildEnd[],
): { readonly state: RunState; readonly why: readonly string[] } {
  const all = undone?.journals ?? [];
  const cause = task.stopCause();
  const isCut = ends.length < all.length || ends.some(({ code, printed }) => code === null || printed.stopped);
  if (isCut && cause === 'person') return { state: 'stopped', why: ['It was stopped by a person.'] };
  if (isCut && cause !== undefined) return { state: 'interrupted', why: [] };
  if (all.length === 0) return { state: 'failed', why: ['The run has no journal: there is nothing to go by.'] };
  const bad = ends.filter(({ code }) => code !== exitCodes.done);
  const why = [
    sumWords(ends),
    ...bad.filter(({ printed }) => printed.undo === undefined).flatMap((end) => whyOf(end, task.schedule.deadlineMs)),
  ];
  if (bad.length === 0) return { state: 'done', why };
  return { state: ends.some(({ printed }) => printed.undo !== undefined) ? 'partial' : 'failed', why };
}

function sumOf(ends: readonly ChildEnd[], keys: readonly string[]): number {
  return ends.reduce(
    (total, { printed }) => total + keys.reduce((sum, key) => sum + (printed.undo?.counts[key] ?? 0), 0),
    0,
  );
}

/** `removed` of an undo stays 0: what came back is said in its sentences and its report. */
function countsOf(ends: readonly ChildEnd[]) {
  return {
    planned: sumOf(ends, ['restored', 'alreadyThere', 'conflict', 'impossible', 'failed', 'notTried']),
    removed: 0,
    skipped: sumOf(ends, ['conflict', 'impossible']),
    failed: sumOf(ends, ['failed', 'notTried']),
  };
}

function sumWords(ends: readonly ChildEnd[]): string {
  const [restored, there] = [sumOf(ends, ['restored']), sumOf(ends, ['alreadyThere'])];
  const left = sumOf(ends, ['conflict', 'impossible', 'failed', 'notTried']);
  return `${restored} brought back, ${there} there already, ${left} not brought back.`;
}
