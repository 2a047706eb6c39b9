/** The codes for what is wrong with a snapshot of a cluster. `docs/errors.md` is made from this table. */
export const snapshotErrors = {
  SNAPSHOT_CHANGED: {
    meaning: 'The checksum of a snapshot does not fit its lines: it was changed after it was taken.',
    hint: 'take it again, in that cluster: winnow snapshot',
  },
  SNAPSHOT_CUT_SHORT: {
    meaning: 'A snapshot ends before its last line: it was not written, or not read, to its end.',
    hint: 'take it again, in that cluster: winnow snapshot',
  },
  SNAPSHOT_MALFORMED: {
    meaning: 'A line of a snapshot is not what it should be.',
    hint: 'take it again, in that cluster: winnow snapshot',
  },
  SNAPSHOT_OTHER_CONTENT: {
    meaning:
      'What lies where a snapshot should be is none, or one of a form that this Winnow does not know. It is never overwritten.',
    hint: 'correct the place, or use the same version of Winnow everywhere',
  },
  SNAPSHOT_OTHER_CLUSTER: {
    meaning:
      'The snapshot that lies there is of another cluster. To overwrite it would hide what that one uses, so nothing was written.',
    hint: 'give each cluster a place of its own, and its own name (--cluster-name)',
  },
} as const;

export type SnapshotErrorCode = keyof typeof snapshotErrors;
