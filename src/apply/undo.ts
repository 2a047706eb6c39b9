import type { Action } from '../plan/action.ts';
import type { JournalLine } from '../systems/journal/contract.ts';
import { CodedError, messageOf } from '../util/pure/coded-error.ts';
import type { BeginEntry, IntendEntry, OutcomeEntry } from './journal-entry.ts';
import type { Outcome } from './outcome.ts';

/** What became of bringing one thing back. `conflict`: its name is in use for something else now. */
export type Restored =
  | { readonly result: 'restored' }
  | { readonly result: 'already-there' }
  | { readonly result: 'conflict'; readonly why: string }
  | { readonly result: 'impossible'; readonly why: string }
  | { readonly result: 'failed'; readonly why: string };

/** One thing that a run removed, or may have removed when it was cut short. */
export interface Removed {
  readonly action: Action;
  readonly saved: unknown;
}

/** A run as its journal tells it. */
export interface RunStory {
  readonly begin: BeginEntry;
  readonly beganAtMs: number;
  readonly removed: readonly Removed[];
  readonly outcomes: ReadonlyMap<number, Outcome>;
  /** Undefined when the run was cut short. */
  readonly endedAtMs: number | undefined;
  /** When an `undo` brought everything back. */
  readonly undoneAtMs: number | undefined;
}

/** @throws JOURNAL_DAMAGED when the journal does not begin as a run does. */
export async function readRun(runId: string, lines: AsyncIterable<JournalLine>): Promise<RunStory> {
  const intents = new Map<number, Removed>();
  const outcomes = new Map<number, Outcome>();
  let begin: BeginEntry | undefined;
  let beganAtMs = 0;
  let endedAtMs: number | undefined;
  let undoneAtMs: number | undefined;
  for await (const { kind, atMs, data } of lines) {
    if (kind === 'begin') {
      begin = data as BeginEntry;
      beganAtMs = atMs;
    } else if (kind === 'intend') {
      const { action, saved } = data as IntendEntry;
      intents.set(action.n, { action, saved });
    } else if (kind === 'outcome') {
      const { n, outcome } = data as OutcomeEntry;
      outcomes.set(n, outcome);
    } else if (kind === 'undone') undoneAtMs = atMs;
    else endedAtMs = atMs;
  }
  if (begin === undefined)
    throw new CodedError('JOURNAL_DAMAGED', `reading run ${runId}: its journal has no beginning`, {
      hint: 'the run did nothing, or its journal was cut',
    });
  const removed = [...intents.values()].filter(({ action }) => mayHaveHappened(outcomes.get(action.n)));
  return { begin, beganAtMs, removed, outcomes, endedAtMs, undoneAtMs };
}

/**
 * What was intended may have happened whatever became of it, unless it was put back: a failed request may have reached the server, and
 * one that found nothing any more may have been the repetition of one whose answer was lost. The world is asked.
 */
function mayHaveHappened(outcome: Outcome | undefined): boolean {
  return outcome?.result !== 'skipped';
}

/** One thing, and what became of bringing it back. */
export interface Undone {
  readonly action: Action;
  readonly restored: Restored;
}

/**
 * Brings back what a run removed, the last removed first, several at a time. What could go only after something else is back before
 * that begins: children before their index, a manifest before its tags. Doing it twice is harmless.
 *
 * @param restore - brings one thing back, after asking the world whether it is gone and could be.
 * @param options.concurrency - so many at a time
 * @param options.isStopped - asked before each: what is under way comes to its end, the rest is not begun
 */
export async function* undo(
  removed: readonly Removed[],
  restore: (one: Removed) => Promise<Restored>,
  options: { readonly concurrency?: number; readonly isStopped?: () => boolean } = {},
): AsyncGenerator<Undone> {
  const { concurrency = 1, isStopped = () => false } = options;
  const parts = new Map<number, Promise<unknown>[]>();
  const running: Promise<Undone>[] = [];
  for (const one of [...removed].sort((a, b) => b.action.n - a.action.n)) {
    if (isStopped()) break;
    const { n, after } = one.action;
    const ready = Promise.all(parts.get(n) ?? []);
    const run = ready.then(() => restoreOne(one, restore));
    for (const whole of after) parts.set(whole, [...(parts.get(whole) ?? []), run]);
    running.push(run);
    if (running.length >= concurrency) yield await (running.shift() as Promise<Undone>);
  }
  for (const run of running) yield await run;
}

async function restoreOne(one: Removed, restore: (one: Removed) => Promise<Restored>): Promise<Undone> {
  try {
    return { action: one.action, restored: await restore(one) };
  } catch (error) {
    return { action: one.action, restored: { result: 'failed', why: messageOf(error) } };
  }
}
