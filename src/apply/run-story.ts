import type { Action } from '../plan/action.ts';
import type { JournalLine } from '../systems/journal/contract.ts';
import { CodedError } from '../util/pure/coded-error.ts';
import type { BeginEntry, EndEntry, IntendEntry, OutcomeEntry } from './journal-entry.ts';
import { addToTally, noTally, type Outcome, type Tally } from './outcome.ts';
import type { Unfinished } from './run-report.ts';

/** A run as its journal tells it. */
export interface RunStory {
  readonly begin: BeginEntry;
  readonly beganAtMs: number;
  readonly tally: Tally;
  /** Things that it removed, or may have removed when it was cut short. */
  readonly removedCount: number;
  /** Undefined when the run was cut short. */
  readonly endedAtMs: number | undefined;
  /** What belongs to it besides its actions, and could not be done. */
  readonly unfinished: readonly Unfinished[];
  /** When an `undo` brought everything back. */
  readonly undoneAtMs: number | undefined;
}

/** One thing that a run removed, or may have removed: then its outcome is undefined, or that it failed. */
export interface RemovedThing {
  readonly action: Action;
  readonly outcome: Outcome | undefined;
}

/**
 * Reads a journal from end to end. Of the actions only those under way are held, whatever the length of the run.
 *
 * @param onRemoved - told of each thing that was removed, when its outcome is known; at the end of those without one
 * @throws JOURNAL_DAMAGED when the journal does not begin as a run does.
 */
export async function readRun(
  runId: string,
  lines: AsyncIterable<JournalLine>,
  onRemoved: (one: RemovedThing) => void = () => undefined,
): Promise<RunStory> {
  const underWay = new Map<number, Action>();
  let begin: BeginEntry | undefined;
  let beganAtMs = 0;
  let tally = noTally;
  let removedCount = 0;
  let endedAtMs: number | undefined;
  let undoneAtMs: number | undefined;
  let unfinished: readonly Unfinished[] = [];
  const remove = (action: Action, outcome: Outcome | undefined) => {
    removedCount += 1;
    onRemoved({ action, outcome });
  };
  for await (const { kind, atMs, data } of lines) {
    if (kind === 'begin') {
      begin = data as BeginEntry;
      beganAtMs = atMs;
    } else if (kind === 'intend') {
      const { action } = data as IntendEntry;
      underWay.set(action.n, action);
    } else if (kind === 'outcome') {
      const { n, outcome } = data as OutcomeEntry;
      const action = underWay.get(n);
      underWay.delete(n);
      tally = addToTally(tally, outcome, action?.freesBytes ?? 0);
      if (action !== undefined && mayHaveHappened(outcome)) remove(action, outcome);
    } else if (kind === 'undone') undoneAtMs = atMs;
    else {
      endedAtMs = atMs;
      unfinished = (data as EndEntry).unfinished ?? [];
    }
  }
  for (const action of underWay.values()) remove(action, undefined);
  if (begin === undefined) throw withoutBeginning(runId);
  return { begin, beganAtMs, tally, removedCount, endedAtMs, unfinished, undoneAtMs };
}

/** The first line of a run alone. @throws JOURNAL_DAMAGED when it is not how a run begins */
export async function readBegin(
  runId: string,
  lines: AsyncIterable<JournalLine>,
): Promise<Pick<RunStory, 'begin' | 'beganAtMs'>> {
  for await (const { kind, atMs, data } of lines)
    if (kind === 'begin') return { begin: data as BeginEntry, beganAtMs: atMs };
    else break;
  throw withoutBeginning(runId);
}

/**
 * What was intended may have happened whatever became of it, unless it was put back: a failed request may have reached the server, and
 * one that found nothing any more may have been the repetition of one whose answer was lost. The world is asked.
 */
export function mayHaveHappened(outcome: Outcome | undefined): boolean {
  return outcome?.result !== 'skipped';
}

function withoutBeginning(runId: string): CodedError {
  return new CodedError('JOURNAL_DAMAGED', `reading run ${runId}: its journal has no beginning`, {
    hint: 'the run did nothing, or its journal was cut',
  });
}
