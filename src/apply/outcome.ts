/** The guards that can hold an action back, by the word that reports use. */
export const guards = {
  'keeper-stayed': 'something that keeps the target was not removed, so the target stays',
  'target-changed': 'the target is no longer what the plan saw',
  'still-tagged': 'a tag that the plan does not remove points at the manifest now',
  'record-changed': 'the records no longer say what the plan was made from',
  'evidence-stale': 'the records, a cluster or what the registry told could not be read again',
  'pushed-since': 'the registry has told that somebody pushed the target since the plan was made',
  'in-use-again': 'something has asked for the target since the plan was made',
  'not-repullable': 'no registry is seen to have the target any more, so that it could not come back',
  'still-served': 'a server of the registry still serves the target after it was told to forget it',
  'too-early': 'the time that a blob has to wait between two steps is not over',
  'cached-manifest': 'the target is a manifest, which a server of the registry may still take for there',
  'data-left': 'none of the data of the image could be deleted: it stays, so that the next run tries again',
  'node-left-alone': 'nothing was done on the node of the target: it is not there, not ready, another one, or busy',
  stopped: 'the run was stopped before its turn',
} as const;

export type GuardName = keyof typeof guards;

/** What became of one action. `already-gone` is a success: somebody was faster. */
export type Outcome =
  | { readonly result: 'done' }
  | { readonly result: 'already-gone' }
  | { readonly result: 'skipped'; readonly guard: GuardName; readonly why: string }
  | { readonly result: 'failed'; readonly code: string; readonly why: string };

/** Of an action whose turn did not come any more. */
export const stopped: Outcome = { result: 'skipped', guard: 'stopped', why: 'the run was stopped' };

export function isGone(outcome: Outcome): boolean {
  return outcome.result === 'done' || outcome.result === 'already-gone';
}

/** How many actions ended how, and what that set free: what was gone already, somebody else set free. */
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
    freedBytes: tally.freedBytes + (outcome.result === 'done' ? freesBytes : 0),
  };
}

export function addTallies(a: Tally, b: Tally): Tally {
  return {
    done: a.done + b.done,
    alreadyGone: a.alreadyGone + b.alreadyGone,
    skipped: a.skipped + b.skipped,
    failed: a.failed + b.failed,
    freedBytes: a.freedBytes + b.freedBytes,
  };
}
