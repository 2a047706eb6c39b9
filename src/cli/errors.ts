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
  PLAN_RECORDS_INCOMPLETE: {
    meaning:
      'A saved plan names its record sources, but holds no passwords, no tokens, and of a source in a settings file only its place. ' +
      'What it holds is not enough to ask the records again, so nothing was tried.',
    hint: 'give --records again, or the settings file with which the plan was made',
  },
  REGISTRY_DELETE_DISABLED: {
    meaning:
      'The registry would refuse every deletion: it is read-only, or deleting is switched off. Nothing was tried.',
    hint: 'for Distribution, start it with REGISTRY_STORAGE_DELETE_ENABLED=true and end its read-only mode',
  },
  REPOSITORY_NOT_FOUND: {
    meaning: 'The registry has no repository of this name.',
    hint: 'see with `winnow repo ls` what there is',
  },
  STOPPED: {
    meaning:
      'SIGINT (Ctrl-C) or SIGTERM came while Winnow was still looking: nothing was changed. A run in mid-work ends with a report instead.',
    hint: 'run the same command again when it suits',
  },
  TAG_NOT_FOUND: {
    meaning: 'The tag or digest that a command names is not there.',
    hint: 'see with `winnow tag ls` what there is',
  },
  TAG_STAYS: {
    meaning: 'The tag that is to be removed stays: something keeps it, and the message tells what.',
    hint: 'see with `winnow explain` the way back to what keeps it',
  },
  USAGE_INVALID: {
    meaning:
      'The command line is not understood: an unknown command or option, a missing argument, a value that is none of the choices.',
    hint: 'see with `winnow --help`, or with --help behind the command, what there is',
  },
} as const;

export type CliErrorCode = keyof typeof cliErrors;
