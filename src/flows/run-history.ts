import { type RunStory, readRun } from '../apply/undo.ts';
import type { Journal } from '../systems/journal/contract.ts';
import { CodedError } from '../util/pure/coded-error.ts';

/** A run of the journal: its story, or that its journal can't be read. */
export interface PastRun {
  readonly runId: string;
  readonly story: RunStory | undefined;
}

/** All past runs, newest first. */
export async function* pastRuns(journal: Journal): AsyncGenerator<PastRun> {
  for (const runId of await journal.runs()) yield { runId, story: await storyOrNone(journal, runId) };
}

/** What one run set out to do and did. @throws JOURNAL_NO_SUCH_RUN, JOURNAL_DAMAGED */
export async function runStory(journal: Journal, runId: string): Promise<RunStory> {
  return await readRun(runId, journal.read(runId));
}

async function storyOrNone(journal: Journal, runId: string): Promise<RunStory | undefined> {
  try {
    return await runStory(journal, runId);
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
  for await (const { runId, story } of pastRuns(journal)) {
    if (story === undefined || story.beganAtMs >= beforeMs) continue;
    await journal.forget(runId);
    forgotten.push(runId);
  }
  return forgotten;
}
