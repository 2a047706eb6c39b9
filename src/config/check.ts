import { layer } from './layers.ts';
import type { Problem } from './problem.ts';
import { validate } from './validate.ts';
import { readYaml } from './yaml-source.ts';

/** What `config check` finds in one file, taken by itself: no variables, no flags. In the order of the file. */
export interface CheckedFile {
  readonly problems: readonly Problem[];
  /** It works, but hardly as it is meant. */
  readonly warnings: readonly Problem[];
}

/** Checks the text of a settings file, without reading what it names. @param fileName - as it is to be shown */
export function checkSettings(text: string, fileName: string): CheckedFile {
  const yaml = readYaml(text, fileName);
  if (yaml.problems.length > 0) return { problems: yaml.problems, warnings: [] };
  const { problems, warnings } = validate(layer(yaml, []));
  return { problems, warnings };
}
