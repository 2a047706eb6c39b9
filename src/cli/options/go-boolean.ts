import { InvalidArgumentError, Option } from 'commander';

const words: Readonly<Record<string, boolean>> = {
  ...{ '1': true, t: true, T: true, true: true, TRUE: true, True: true },
  ...{ '0': false, f: false, F: false, false: false, FALSE: false, False: false },
};

/**
 * A flag as Go's tools have it: `--all`, `--all=true`, `--all=false`. It has no default: whether it was typed can be told.
 *
 * @param flags - `--all`; a short form before it
 */
export function goBoolean(flags: string, description: string): Option {
  return new Option(`${flags} [true|false]`, description).preset('true').argParser((text: string) => {
    const value = words[text];
    if (value === undefined) throw new InvalidArgumentError('It is neither true nor false.');
    return value;
  });
}
