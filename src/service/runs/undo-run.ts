import { exitCodes } from '../../report/exit-code.ts';
import type { RunRecord, RunState } from '../../systems/history/contract.ts';
import { journals } from '../../systems/journal/index.ts';
import { undoArguments } from './command-line.ts';
import { moveTo, patiently } from './patiently.ts';
import { placeOf } from './place-of.ts';
import { journalsOf } from './plan-outcomes.ts';
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
  const found = await foundHere(parts, undone);
  const ends: ChildEnd[] = [];
  try {
    for (const journal of [...found.journals].reverse()) {
      if (task.stop.aborted) break;
      ends.push(await runChild(parts, task, files, undoArguments(task.schedule, journal, parts)));
    }
    await conclude(parts, task, { undone, ...found }, ends);
  } finally {
    await removeRunFiles(stateDir, run.id);
  }
}

/** What there is to go by. */
interface Undoing {
  readonly undone: RunRecord | undefined;
  /** The name of this state directory, and the journals in it. */
  readonly place: string;
  readonly journals: readonly string[];
  /** Other state directories with journals that were not gone by yet. */
  readonly elsewhere: readonly string[];
}

/** A run that was taken over has journals in the state directories of all replicas that were at it. */
async function foundHere({ stateDir }: RunnerParts, undone: RunRecord | undefined): Promise<Omit<Undoing, 'undone'>> {
  const place = await placeOf(stateDir);
  const { journals: known = [], planId = '', appliedAt = [place], undoneAt = [] } = undone ?? {};
  const journal = journals.file(stateDir);
  const there = new Set(await journal.runs());
  // One of a replica that died before it could write down its journals is found by its plan.
  const own = [...known.filter((id) => there.has(id)), ...(await journalsOf(journal, planId))];
  return {
    place,
    journals: appliedAt.includes(place) ? [...new Set(own)].sort() : [],
    elsewhere: appliedAt.filter((one) => one !== place && !undoneAt.includes(one)),
  };
}

async function conclude(parts: RunnerParts, task: RunTask, undoing: Undoing, ends: readonly ChildEnd[]): Promise<void> {
  const { history, nowMs } = parts;
  const { run, gone } = task;
  const report = ends.at(-1)?.printed;
  if (report?.undo !== undefined) {
    const text = report.text ?? '';
    await patiently(parts, gone, () => history.saveReport(run.id, text));
  }
  const next = stateOf(task, undoing, ends);
  const code = ends.find((end) => end.code !== exitCodes.done)?.code ?? exitCodes.done;
  const moved = await moveTo(parts, gone, run.id, ['applying'], {
    ...next,
    ...(next.state === 'interrupted' ? {} : { endedAtMs: nowMs() }),
    ...{ counts: countsOf(ends), exitCode: code },
  });
  if (moved?.state === 'failed') tellOf(parts, moved, 'failed');
  if (moved !== undefined) await noteUndone(parts, task, undoing, ends);
}

async function noteUndone(
  parts: RunnerParts,
  { run, gone }: RunTask,
  { undone, journals: here, place, elsewhere }: Undoing,
  ends: readonly ChildEnd[],
): Promise<void> {
  if (undone === undefined || here.length === 0 || !isAllBack(here, ends)) return;
  const undoneAt = [...new Set([...(undone.undoneAt ?? []), place])];
  const by = elsewhere.length === 0 ? { undoneBy: run.by ?? 'somebody' } : {};
  await patiently(parts, gone, () => parts.history.moveRun(undone.id, [undone.state], { undoneAt, ...by }));
}

function isAllBack(here: readonly string[], ends: readonly ChildEnd[]): boolean {
  return ends.length === here.length && ends.every(({ code }) => code === exitCodes.done);
}

function stateOf(
  task: RunTask,
  { undone, journals: here, elsewhere }: Undoing,
  ends: readonly ChildEnd[],
): { readonly state: RunState; readonly why: readonly string[] } {
  const cause = task.stopCause();
  const isCut = ends.length < here.length || ends.some(({ code, printed }) => code === null || printed.stopped);
  if (isCut && cause === 'person') return { state: 'stopped', why: ['It was stopped by a person.'] };
  if (isCut && cause !== undefined) return { state: 'interrupted', why: [] };
  const left = elsewhere.map((place) => elsewhereWords(place, undone?.planId ?? ''));
  if (here.length === 0) return { state: 'failed', why: left.length > 0 ? left : [NO_JOURNAL] };
  const bad = ends.filter(({ code }) => code !== exitCodes.done);
  const why = [
    sumWords(ends),
    ...left,
    ...bad.filter(({ printed }) => printed.undo === undefined).flatMap((end) => whyOf(end, task.schedule.deadlineMs)),
  ];
  if (bad.length + left.length === 0) return { state: 'done', why };
  return { state: ends.some(({ printed }) => printed.undo !== undefined) ? 'partial' : 'failed', why };
}

const NO_JOURNAL = 'The run has no journal here: there is nothing to go by.';

function elsewhereWords(place: string, planId: string): string {
  return `What was removed from ${place} is not brought back: its journal lies there alone. Type \`winnow undo ${planId}\` there, or undo again once that replica runs the schedules.`;
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
