/** Every code that reading the settings can fail with. `docs/errors.md` is made from this table. */
export const configErrors = {
  CONFIG_INVALID: {
    meaning:
      'A setting in the file, the environment or on the command line is not what it should be. All of them are listed.',
    hint: 'Correct what is listed, and run the same command again.',
  },
  CONFIG_NOT_FOUND: {
    meaning: 'The settings file that --config or WINNOW_CONFIG names does not exist.',
    hint: 'Check the path, or leave it out to use ./winnow.yaml, ~/.config/winnow/config.yaml or /etc/winnow/config.yaml.',
  },
  CONFIG_UNREADABLE: {
    meaning: 'A settings file is there but cannot be read: no permission, a directory, no text, or far too large.',
    hint: 'Make it a text file that the user whom Winnow runs as may read.',
  },
} as const;

export type ConfigErrorCode = keyof typeof configErrors;
