import type { IntendEntry, OutcomeEntry } from '../apply/journal-entry.ts';
import type { Outcome } from '../apply/outcome.ts';
import { type RemovedThing, type RunStory, readBegin, readRun } from '../apply/run-story.ts';
import type { Journal } from '../systems/journal/contract.ts';
import { CodedError } from '../util/pure/coded-error.ts';

/** A run of the journal: its story, or that its journal can't be read. */
export interface PastRun {
  readonly runId: string;
  readonly story: RunStory | undefined;
}

/** All past runs, newest first. */
export async function* pastRuns(journal: Journal): AsyncGenerator<PastRun> {
  for (const runId of await journal.runs())
    yield { runId, story: await unlessDamaged(readRun(runId, journal.read(runId))) };
}

/** What one run set out to do and did, with all that it removed. @throws JOURNAL_NO_SUCH_RUN, JOURNAL_DAMAGED */
export async function runStory(
  journal: Journal,
  runId: string,
): Promise<RunStory & { readonly removed: readonly RemovedThing[] }> {
  const removed: RemovedThing[] = [];
  const story = await readRun(runId, journal.read(runId), (one) => void removed.push(one));
  return { ...story, removed };
}

/** One step of a run: that it is about to do something, or what became of it. */
export type RunStep =
  | { readonly n: number; readonly freesBytes: number; readonly outcome?: undefined }
  | { readonly n: number; readonly outcome: Outcome };

/** What a run did, in its order, skipped things too. @throws JOURNAL_NO_SUCH_RUN, JOURNAL_DAMAGED */
export async function* runSteps(journal: Journal, runId: string): AsyncGenerator<RunStep> {
  for await (const { kind, data } of journal.read(runId)) {
    if (kind === 'intend') {
      const { action } = data as IntendEntry;
      yield { n: action.n, freesBytes: action.freesBytes };
    }
    if (kind === 'outcome') yield data as OutcomeEntry;
  }
}

/** What one run set out to do: read from the first line of its journal. @throws JOURNAL_NO_SUCH_RUN, JOURNAL_DAMAGED */
export async function runBegin(journal: Journal, runId: string): Promise<Pick<RunStory, 'begin' | 'beganAtMs'>> {
  return await readBegin(runId, journal.read(runId));
}

async function unlessDamaged<Read>(reading: Promise<Read>): Promise<Read | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof CodedError && error.code === 'JOURNAL_DAMAGED') return undefined;
    throw error;
  }
}

/**
 * Forgets runs that began before a moment: their `undo` is over. What can't be read is left alone.
 *
 * @returns the ids of those that are gone.
 */
export async function forgetRunsBefore(journal: Journal, beforeMs: number): Promise<readonly string[]> {
  const forgotten: string[] = [];
  for (const runId of await journal.runs()) {
    const started = await unlessDamaged(runBegin(journal, runId));
    if (started === undefined || started.beganAtMs >= beforeMs) continue;
    await journal.forget(runId);
    forgotten.push(runId);
  }
  return forgotten;
}
