/** Codes that an action can fail with, besides those of the system that it works on. `docs/errors.md` is made from this table. */
export const applyErrors = {
  TAG_LEFT_BEHIND: {
    meaning:
      'The registry deleted a manifest, but failed to remove a tag that pointed at it: the tag is listed and points at nothing.',
    hint: 'wait until nobody pushes to that repository, then run `winnow undo last` and the same command again',
  },
  UNDO_IMPOSSIBLE: {
    meaning: 'What undo would need could not be saved, because it is gone already; so nothing was deleted.',
    hint: 'run again: the next survey sees the registry as it is now',
  },
  FLEET_ACTION_FAILED: {
    meaning: 'The Job that was to do it on its node failed, and says that it has not been done.',
    hint: 'read what the report says of that node; when it is well, make a new plan',
  },
  FLEET_ACTION_UNKNOWN: {
    meaning:
      'The Job that was to do it on its node has told nothing that could be believed: nobody knows whether it was done. The journal on that node does.',
    hint: 'look with `winnow run show last` on that node, or make a new plan: what is gone is not in it',
  },
  UNEXPECTED: {
    meaning: 'An action failed in a way that Winnow did not foresee. The others went on.',
    hint: 'read what `winnow run show last` says of it; if the registry is well, report it as a bug',
  },
} as const;

export type ApplyErrorCode = keyof typeof applyErrors;
