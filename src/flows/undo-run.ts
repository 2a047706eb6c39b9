import { undoneLine } from '../apply/journal-entry.ts';
import { restoreManifest } from '../apply/registry/restore-manifest.ts';
import { readSavedManifest } from '../apply/registry/saved-manifest.ts';
import { type RunStory, readRun } from '../apply/run-story.ts';
import { type Removed, type Restored, undo } from '../apply/undo.ts';
import type { Action } from '../plan/action.ts';
import type { Journal } from '../systems/journal/contract.ts';
import type { LeaseKeeper } from '../systems/lease/contract.ts';
import type { Registry } from '../systems/registry/contract.ts';
import { leaseScope } from './apply-plan.ts';

export interface UndoInput {
  readonly runId: string;
  readonly by: string;
  readonly journal: Journal;
  readonly leases: LeaseKeeper;
  readonly restore: (one: Removed, signal: AbortSignal) => Promise<Restored>;
  /** Things that are brought back at a time. */
  readonly concurrency: number;
  readonly nowMs: () => number;
  readonly signal: AbortSignal;
  readonly onProgress: (action: Action, restored: Restored) => void;
}

/** How tags and manifests come back: pushed again, byte for byte. Of a tag that pointed at nothing, all that there was is there. */
export function restoreTo(registry: Registry): UndoInput['restore'] {
  const known = new Set<string>();
  return async ({ action, saved }, signal) =>
    action.expects.dangling === true
      ? { result: 'already-there' }
      : await restoreManifest(registry, readSavedManifest(saved), signal, known);
}

async function noteUndone({ journal, runId, by, nowMs }: UndoInput, restored: number): Promise<void> {
  const run = await journal.reopen(runId);
  try {
    await run.append([undoneLine(nowMs(), { restored, by })]);
  } finally {
    await run.close();
  }
}

/** What came back and what could not. */
export interface UndoReport {
  readonly story: RunStory;
  readonly counts: Readonly<Record<Restored['result'], number>>;
  readonly problems: readonly { readonly action: Action; readonly restored: Restored }[];
  readonly stopped: boolean;
}

/** Brings back what a run removed, under the same lease as any run. Whatever was brought back already is left alone. */
export async function undoRun(input: UndoInput): Promise<UndoReport> {
  const { journal, runId } = input;
  const story = await readRun(runId, journal.read(runId));
  const lease = await input.leases.acquire(
    leaseScope(story.begin.header),
    `undo ${runId} by ${input.by}`,
    input.signal,
  );
  const counts = { restored: 0, 'already-there': 0, conflict: 0, impossible: 0, failed: 0 };
  const problems: { action: Action; restored: Restored }[] = [];
  try {
    const isStopped = () => input.signal.aborted || lease.lost.aborted;
    const restore = (one: Removed) => input.restore(one, lease.lost);
    const options = { concurrency: input.concurrency, isStopped };
    for await (const { action, restored } of undo(journal.readBackwards(runId), restore, options)) {
      counts[restored.result] += 1;
      if (restored.result !== 'restored' && restored.result !== 'already-there') problems.push({ action, restored });
      input.onProgress(action, restored);
    }
    if (problems.length === 0 && !input.signal.aborted) await noteUndone(input, counts.restored);
  } finally {
    await lease.release();
  }
  return { story, counts, problems, stopped: input.signal.aborted };
}
