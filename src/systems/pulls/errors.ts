/** Every code that reading a log of pulls can fail with. `docs/errors.md` is made from this table. */
export const pullsErrors = {
  PULLS_UNREADABLE: {
    meaning: 'A file in which pulls are written down is not there, or can’t be read. Nothing was planned by it.',
    hint: 'correct prune.pulls.files in the settings, or let this user read the file',
  },
  PULLS_MALFORMED: {
    meaning: 'A file in which pulls should be written down holds no notification of a registry at all.',
    hint: 'name files of Distribution’s notifications, one envelope a line or one a file',
  },
} as const;

export type PullsErrorCode = keyof typeof pullsErrors;
