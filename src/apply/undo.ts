import type { Action } from '../plan/action.ts';
import type { JournalLine } from '../systems/journal/contract.ts';
import { messageOf } from '../util/pure/coded-error.ts';
import type { IntendEntry, OutcomeEntry } from './journal-entry.ts';
import { mayHaveHappened } from './run-story.ts';

/** What became of bringing one thing back. `conflict`: its name is in use for something else now. */
export type Restored =
  | { readonly result: 'restored' }
  | { readonly result: 'already-there' }
  | { readonly result: 'conflict'; readonly why: string }
  | { readonly result: 'impossible'; readonly why: string }
  | { readonly result: 'failed'; readonly why: string };

/** One thing that a run removed, or may have removed when it was cut short, with what its doer saved of it. */
export interface Removed {
  readonly action: Action;
  readonly saved: unknown;
}

/** One thing, and what became of bringing it back. */
export interface Undone {
  readonly action: Action;
  readonly restored: Restored;
}

export interface UndoOptions {
  /** So many at a time; 1 if not given. */
  readonly concurrency?: number;
  /** Asked before each: what is under way comes to its end, the rest is not begun. */
  readonly isStopped?: () => boolean;
}

/**
 * Brings back what a run removed, the last removed first, several at a time. What could go only after something else is back before
 * that begins: children before their index, a manifest before its tags. Doing it twice is harmless.
 *
 * @param lines - the run's journal, the last line first: it is read only as far as things are brought back
 * @param restore - brings one thing back, after asking the world whether it is gone and could be.
 */
export async function* undo(
  lines: AsyncIterable<JournalLine>,
  restore: (one: Removed) => Promise<Restored>,
  { concurrency = 1, isStopped = () => false }: UndoOptions = {},
): AsyncGenerator<Undone> {
  const parts = new Map<number, Promise<unknown>[]>();
  const running: Promise<Undone>[] = [];
  for await (const one of removedLastFirst(lines)) {
    if (isStopped()) break;
    const { n, after } = one.action;
    const ready = Promise.all(parts.get(n) ?? []);
    parts.delete(n);
    const run = ready.then(() => restoreOne(one, restore));
    const end = run.then(() => undefined);
    for (const whole of after) parts.set(whole, [...(parts.get(whole) ?? []), end]);
    running.push(run);
    if (running.length >= concurrency) yield await (running.shift() as Promise<Undone>);
  }
  for (const run of running) yield await run;
}

/** Read backwards, an outcome comes before what was intended: nothing else has to be held. */
async function* removedLastFirst(lines: AsyncIterable<JournalLine>): AsyncGenerator<Removed> {
  const putBack = new Set<number>();
  for await (const { kind, data } of lines) {
    if (kind === 'outcome') {
      const { n, outcome } = data as OutcomeEntry;
      if (!mayHaveHappened(outcome)) putBack.add(n);
    } else if (kind === 'intend') {
      const { action, saved } = data as IntendEntry;
      if (!putBack.delete(action.n)) yield { action, saved };
    }
  }
}

async function restoreOne(one: Removed, restore: (one: Removed) => Promise<Restored>): Promise<Undone> {
  try {
    return { action: one.action, restored: await restore(one) };
  } catch (error) {
    return { action: one.action, restored: { result: 'failed', why: messageOf(error) } };
  }
}
