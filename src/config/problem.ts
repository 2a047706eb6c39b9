import { CodedError } from '../util/pure/coded-error.ts';
import { type ConfigErrorCode, configErrors } from './errors.ts';

/** Where a value came from. Lines and columns count from 1. */
export type Origin =
  | { readonly from: 'flag'; readonly flag: string }
  | { readonly from: 'environment'; readonly variable: string }
  | { readonly from: 'file'; readonly file: string; readonly line: number; readonly column: number }
  | { readonly from: 'default' };

/** Keys and list positions from the root of the settings to a value. */
export type Path = readonly (string | number)[];

/** One thing that is wrong. */
export interface Problem {
  /** The place where it is to be corrected. `default` where nothing was given at all. */
  readonly origin: Origin;
  /** `reconcile.classes[1].keepYoungerThan`; empty for the document as a whole. */
  readonly path: string;
  /** As it was written, without quotes, shortened, secrets hidden. Absent for maps, lists and what is missing. */
  readonly value?: string;
  /** What is wrong, beginning with `it` where a value or path goes before. */
  readonly message: string;
  /** One next step. */
  readonly hint: string;
}

/** `reconcile.classes[1].keepYoungerThan`. A key with anything but letters, digits, `-` and `_` in it is quoted. */
export function formatPath(path: Path): string {
  let text = '';
  for (const part of path) {
    if (typeof part === 'number') text += `[${part}]`;
    else if (/^[\w-]+$/.test(part)) text += text === '' ? part : `.${part}`;
    else text += `[${JSON.stringify(part)}]`;
  }
  return text;
}

/** `winnow.yaml:12:5`, `--max-share`, `WINNOW_REGISTRY_URL`; empty for a default. */
export function formatOrigin(origin: Origin): string {
  switch (origin.from) {
    case 'flag':
      return origin.flag;
    case 'environment':
      return origin.variable;
    case 'file':
      return `${origin.file}:${origin.line}:${origin.column}`;
    case 'default':
      return '';
  }
}

/** `winnow.yaml:12:24: limits.maxShare: "1.5": it is more than 1 (write …)`, on one line. */
export function formatProblem(problem: Problem): string {
  return `${withoutHint(problem)} (${problem.hint})`;
}

function withoutHint({ origin, path, value, message }: Problem): string {
  const quoted = value === undefined ? '' : JSON.stringify(value);
  return [formatOrigin(origin), path, quoted, message].filter((part) => part !== '').join(': ');
}

/** The settings can't be used. `problems` has all that is wrong with them, in the order of the file. */
export class ConfigError extends CodedError<ConfigErrorCode> {
  readonly problems: readonly Problem[];

  constructor(
    code: ConfigErrorCode,
    message: string,
    options: { readonly problems?: readonly Problem[]; readonly hint?: string; readonly cause?: unknown } = {},
  ) {
    const { problems = [], hint = configErrors[code].hint, cause } = options;
    super(code, message, { hint, ...(cause === undefined ? {} : { cause }) });
    this.problems = problems;
  }
}

/** CONFIG_INVALID with all problems, one a line, and what to do about all of them; or with the only one, and its own next step. */
export function invalidSettings(problems: readonly Problem[]): ConfigError {
  const [only, another] = problems;
  if (only !== undefined && another === undefined)
    return new ConfigError('CONFIG_INVALID', `reading the settings: ${withoutHint(only)}`, {
      problems,
      hint: only.hint,
    });
  const lines = problems.map((problem) => `\n- ${formatProblem(problem)}`);
  const message = `reading the settings: there are ${problems.length} problems${lines.join('')}`;
  return new ConfigError('CONFIG_INVALID', message, { problems, hint: nextStepFor(problems) });
}

/** `config check` reads a file, and neither flags nor variables: it is no help with those. */
function nextStepFor(problems: readonly Problem[]): string {
  const file = problems.map(({ origin }) => (origin.from === 'file' ? origin.file : undefined)).find((one) => one);
  const again = configErrors.CONFIG_INVALID.hint;
  return file === undefined ? again : `${again.slice(0, -1)}; \`winnow config check ${file}\` looks at the file alone.`;
}
