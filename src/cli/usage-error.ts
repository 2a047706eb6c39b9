import type { CommanderError } from 'commander';
import { type OutputFormat, outputFormats } from '../report/output-format.ts';
import { CodedError } from '../util/pure/coded-error.ts';
import { type CliErrorCode, cliErrors } from './errors.ts';

/**
 * The format that a command line asks for, also one that can not be parsed: `-o json`, `-ojson`, `--output json`, `--output=json`.
 * The last one counts; what stands behind `--` is no option.
 *
 * @param words - without the program's own name.
 */
export function formatAskedFor(words: readonly string[]): OutputFormat {
  const end = words.indexOf('--');
  const options = end < 0 ? words : words.slice(0, end);
  const asked = options.flatMap((word, n) => {
    if (word === '-o' || word === '--output') return [options[n + 1]];
    return /^(?:-o|--output=)(?<format>.+)$/.exec(word)?.groups?.['format'] ?? [];
  });
  return outputFormats.find((format) => format === asked.at(-1)) ?? 'table';
}

/** What the parser did not understand, as an error like all others: for programs. */
export function usageError({ code, message }: CommanderError): CodedError<CliErrorCode> {
  const [, what = message, suggestion] = /^(?:error: )?(.*?)(?:\s*\(Did you mean (.*)\?\))?$/s.exec(message) ?? [];
  const said = code === 'commander.help' ? 'no command is given' : what.trim();
  const hint = suggestion === undefined ? cliErrors.USAGE_INVALID.hint : `did you mean ${suggestion}?`;
  return new CodedError<CliErrorCode>('USAGE_INVALID', `reading the command line: ${said}`, { hint });
}
