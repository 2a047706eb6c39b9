import { Option } from 'commander';

/**
 * An option that can be given more than once, with one value each time. A variadic one would take the arguments behind it for
 * values of its own: `explain --records a.csv team/app:v1`.
 *
 * @param flags - `--records <spec>`.
 */
export function repeatable(flags: string, description: string): Option {
  return new Option(flags, `${description} (can be given more than once)`).argParser(
    (value: string, before: readonly string[] | undefined) => [...(before ?? []), value],
  );
}
