/** Codes that only the commands themselves can fail with. `docs/errors.md` is made from this table. */
export const cliErrors = {
  PLAN_FILE_UNREADABLE: {
    meaning: 'The plan file cannot be read: it is not there, or not for this user.',
    hint: 'name a file that --plan-out wrote',
  },
  PLAN_FILE_UNWRITABLE: {
    meaning: 'The plan cannot be written to the file that --plan-out names.',
    hint: 'name a file in a folder that you may write to',
  },
  REGISTRY_DELETE_DISABLED: {
    meaning:
      'The registry would refuse every deletion: it is read-only, or deleting is switched off. Nothing was tried.',
    hint: 'for Distribution, start it with REGISTRY_STORAGE_DELETE_ENABLED=true and end its read-only mode',
  },
  STOPPED: {
    meaning:
      'SIGINT (Ctrl-C) or SIGTERM came while Winnow was still looking: nothing was changed. A run in mid-work ends with a report instead.',
    hint: 'run the same command again when it suits',
  },
  TAG_NOT_FOUND: {
    meaning: 'The tag that is to be removed is not there.',
    hint: 'see with `winnow tag ls` what there is',
  },
  TAG_STAYS: {
    meaning: 'The tag that is to be removed stays: something keeps it, and the message tells what.',
    hint: 'see with `winnow explain` the way back to what keeps it',
  },
} as const;

export type CliErrorCode = keyof typeof cliErrors;
