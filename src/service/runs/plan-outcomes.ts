import { runBegin, runSteps } from '../../flows/run-history.ts';
import type { RowOutcome } from '../../systems/history/contract.ts';
import type { Journal } from '../../systems/journal/contract.ts';
import { CodedError } from '../../util/pure/coded-error.ts';

/** What became of a plan, whoever applied it how often. */
export interface PlanOutcomes {
  /** Ids of the journals that tell of it, oldest first. */
  readonly journals: readonly string[];
  readonly rows: readonly RowOutcome[];
  /** Gone, by us or by others. */
  readonly removed: number;
  readonly skipped: number;
  readonly failed: number;
  /** By what we removed. */
  readonly freedBytes: number;
}

interface Fate {
  readonly result: string;
  readonly why?: string | undefined;
  readonly freesBytes: number;
  /** The journal that says so. */
  readonly runId: string;
}

/** Reads the journals of all processes that applied a plan, as one. A journal that can't be read tells nothing. */
export async function readPlanOutcomes(journal: Journal, planId: string): Promise<PlanOutcomes> {
  const journals = await journalsOf(journal, planId);
  const fates = new Map<number, Fate>();
  for (const runId of journals) await unlessUnreadable(readInto(fates, journal, runId));
  const rows: RowOutcome[] = [];
  const counts = { removed: 0, skipped: 0, failed: 0, freedBytes: 0 };
  for (const [n, { result, why, freesBytes }] of fates) {
    if (result === INTENDED) continue;
    rows.push({ n: n - 1, outcome: result, ...(why === undefined ? {} : { why }) });
    if (result === 'done' || result === 'already-gone') counts.removed += 1;
    if (result === 'done') counts.freedBytes += freesBytes;
    if (result === 'skipped') counts.skipped += 1;
    if (result === 'failed') counts.failed += 1;
  }
  return { journals, rows: rows.sort((a, b) => a.n - b.n), ...counts };
}

/** Begun, and nobody knows what became of it. */
const INTENDED = 'intended';

async function readInto(fates: Map<number, Fate>, journal: Journal, runId: string): Promise<void> {
  for await (const step of runSteps(journal, runId)) {
    const before = fates.get(step.n);
    if (step.outcome === undefined) {
      fates.set(step.n, before ?? { result: INTENDED, freesBytes: step.freesBytes, runId });
      continue;
    }
    if (before?.result === 'done') continue; // what was done stays done
    const freesBytes = before?.freesBytes ?? 0;
    // Begun by a process that died, and gone when the next one looked: that was us.
    const isOurs = before?.result === INTENDED && before.runId !== runId && step.outcome.result === 'already-gone';
    const result = isOurs ? 'done' : step.outcome.result;
    fates.set(step.n, { result, why: 'why' in step.outcome ? step.outcome.why : undefined, freesBytes, runId });
  }
}

/** The journals of all processes that applied a plan, oldest first. Ids sort by time, and none is older than the plan's own. */
export async function journalsOf(journal: Journal, planId: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (const runId of await journal.runs()) {
    if (runId < planId) break;
    const began = await unlessUnreadable(runBegin(journal, runId));
    if (began?.begin.header.id === planId) found.unshift(runId);
  }
  return found;
}

async function unlessUnreadable<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof CodedError && /^JOURNAL_/.test(error.code)) return undefined;
    throw error;
  }
}
