/** Every code that a lease can fail with. `docs/errors.md` is made from this table. */
export const leaseErrors = {
  LEASE_HELD: {
    meaning: 'Another run holds the lease of what is to be changed. Two at once would delete under each other’s hands.',
    hint: 'Wait until that run has ended, or stop it.',
  },
  LEASE_LOST: {
    meaning: 'The lease could not be renewed in time, or somebody else has it now, so the run stops where it is.',
    hint: 'Start again: the run goes on where it stopped.',
  },
  LEASE_UNAVAILABLE: {
    meaning: 'The place where leases are kept (a directory, a database, a cluster) cannot be read or written.',
    hint: 'Check that the state directory is writable, or that the database or the API server answers.',
  },
} as const;

export type LeaseErrorCode = keyof typeof leaseErrors;
