/** What is shown of an error that has no code of its own. `docs/errors.md` is made from this table. */
export const reportErrors = {
  INTERNAL: {
    meaning: 'Winnow itself is at fault.',
    hint: 'this is a bug in Winnow: please report it, with the command that led to it',
  },
} as const;
