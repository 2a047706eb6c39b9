/** Every code that a journal can fail with. `docs/errors.md` is made from this table. */
export const journalErrors = {
  JOURNAL_RUN_ID_INVALID: {
    meaning:
      'What was given as the id of a run is not one: small letters, digits, dots, dashes and underscores, at most 128 of them.',
    hint: 'See the ids of all runs with `winnow run ls`.',
  },
  JOURNAL_RUN_EXISTS: {
    meaning: 'A run of this id has a journal already, and a journal is never written over.',
    hint: 'Start the run again: it gets an id of its own.',
  },
  JOURNAL_NO_SUCH_RUN: {
    meaning: 'There is no journal of this run: it never was, it was on another machine, or its hold is over.',
    hint: 'See the ids of all runs with `winnow run ls`, and check the state directory.',
  },
  JOURNAL_NOT_WRITABLE: {
    meaning:
      'The journal cannot be written, so nothing more may be deleted: what is not written down cannot be undone.',
    hint: 'Make room or permission in the state directory, then start again: the run goes on where it stopped.',
  },
  JOURNAL_NOT_READABLE: {
    meaning: 'A journal is there but cannot be read.',
    hint: 'Read it as the user that the run ran as.',
  },
  JOURNAL_DAMAGED: {
    meaning: 'A line in the middle of a journal is not what was written: the disk or a hand has changed it.',
    hint: 'Look at the line that the message names: once it is removed or restored by hand, the rest can be read.',
  },
} as const;

export type JournalErrorCode = keyof typeof journalErrors;
