import type { Action } from '../plan/action.ts';
import type { Outcome } from './outcome.ts';

/** `go`, or the outcome that an action has without being done. */
export type Check = 'go' | Outcome;

/**
 * Carries out the actions of one system. What it is handed is a unit: one action, or several that are one request.
 * It never decides: what may go is the plan's, whether it still may is told by {@link check} and the guards.
 */
export interface Doer {
  /**
   * So many actions of a kind are handed over together where none waits for another: the doer has a cheaper way for many at once.
   * Unlike in a unit each stands for itself. Absent: one by one.
   */
  readonly batch?: number;
  /** The request of a unit can leave out those of its members that must stay. Absent: where one must stay, all do. */
  readonly takesPartOfUnit?: true;
  /** Compares the targets with what the plan expects of them, as late as can be. One answer an action. */
  check(unit: readonly Action[], signal: AbortSignal): Promise<readonly Check[]>;
  /**
   * Reads what `undo` will need, and says what is about to be done. The answer goes into the journal, one an action, before anything is done.
   * @throws when it can't be read: then the unit fails and nothing of it is done, since it could not come back.
   */
  prepare(unit: readonly Action[], signal: AbortSignal): Promise<readonly unknown[]>;
  /** Does it. `prepared` is what {@link prepare} said. One outcome an action. */
  carryOut(unit: readonly Action[], prepared: readonly unknown[], signal: AbortSignal): Promise<readonly Outcome[]>;
}

/** Holds actions back for reasons outside the target: stale evidence, changed records. `undefined`: go on. */
export type Guard = (action: Action, signal: AbortSignal) => Promise<Outcome | undefined>;
