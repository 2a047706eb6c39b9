/** Every code that the memory between runs can fail with. `docs/errors.md` is made from this table. */
export const stateErrors = {
  STATE_DAMAGED: {
    meaning: 'The file in which Winnow remembers counts and ages between runs is no longer a whole database.',
    hint: 'Move the file away. Only ages and counts are forgotten with it: both begin anew, and until then more is kept.',
  },
  STATE_TOO_NEW: {
    meaning: 'The file in which Winnow remembers counts and ages was written by a newer version of Winnow.',
    hint: 'Use that version or a newer one, or move the file away: both begin anew, and until then more is kept.',
  },
  STATE_BUSY: {
    meaning: 'Another process has been writing the file in which Winnow remembers counts and ages for too long.',
    hint: 'Start again when the other run has ended.',
  },
  STATE_UNAVAILABLE: {
    meaning: 'The file in which Winnow remembers counts and ages cannot be opened or written.',
    hint: 'Make room and permission in the state directory, or name another one.',
  },
} as const;

export type StateErrorCode = keyof typeof stateErrors;
