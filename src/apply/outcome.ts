/** The guards that can hold an action back, by the word that reports use. */
export const guards = {
  'keeper-stayed': 'something that keeps the target was not removed, so the target stays',
  'target-changed': 'the target is no longer what the plan saw',
  'still-tagged': 'a tag that the plan does not remove points at the manifest now',
  'record-changed': 'the records no longer say what the plan was made from',
  'evidence-stale': 'the records could not be read again',
  stopped: 'the run was stopped before its turn',
} as const;

export type GuardName = keyof typeof guards;

/** What became of one action. `already-gone` is a success: somebody was faster. */
export type Outcome =
  | { readonly result: 'done' }
  | { readonly result: 'already-gone' }
  | { readonly result: 'skipped'; readonly guard: GuardName; readonly why: string }
  | { readonly result: 'failed'; readonly code: string; readonly why: string };

export function isGone(outcome: Outcome): boolean {
  return outcome.result === 'done' || outcome.result === 'already-gone';
}

/** How many actions ended how, and what that set free. */
export interface Tally {
  readonly done: number;
  readonly alreadyGone: number;
  readonly skipped: number;
  readonly failed: number;
  readonly freedBytes: number;
}

export const noTally: Tally = { done: 0, alreadyGone: 0, skipped: 0, failed: 0, freedBytes: 0 };

export function addToTally(tally: Tally, outcome: Outcome, freesBytes: number): Tally {
  return {
    done: tally.done + (outcome.result === 'done' ? 1 : 0),
    alreadyGone: tally.alreadyGone + (outcome.result === 'already-gone' ? 1 : 0),
    skipped: tally.skipped + (outcome.result === 'skipped' ? 1 : 0),
    failed: tally.failed + (outcome.result === 'failed' ? 1 : 0),
    freedBytes: tally.freedBytes + (isGone(outcome) ? freesBytes : 0),
  };
}
