/** Every code that reading a value can fail with. `docs/errors.md` is made from this table. */
export const valueErrors = {
  DURATION_INVALID: {
    meaning: 'What was given as a length of time is not one.',
    hint: 'write numbers with units, like 96h, 1h30m, 7d or 0',
  },
  SIZE_INVALID: {
    meaning: 'What was given as a number of bytes is not one.',
    hint: 'write a number and a unit, like 10Gi, 500M or 1024',
  },
} as const;
