import { ConfigError } from '../config/problem.ts';
import { renderConfigProblems } from '../report/config-problems.ts';
import { renderError } from '../report/error.ts';
import { type ExitCode, exitCodeOfError } from '../report/exit-code.ts';
import { isDocumentFormat, type OutputFormat } from '../report/output-format.ts';
import { shownProblem } from './shown-problem.ts';
import type { Terminal } from './terminal.ts';

/** Tells what went wrong: on stderr; with `-o json` or `yaml` on stdout, where the program that reads them looks. */
export async function showError(error: unknown, terminal: Terminal, flags: object): Promise<ExitCode> {
  const format = 'output' in flags ? (flags.output as OutputFormat) : 'table';
  const lines = errorLines(error, format, terminal);
  if (isDocumentFormat(format)) await terminal.print(lines);
  else for (const line of lines) terminal.say(line);
  return exitCodeOfError(error);
}

/** Settings can be wrong in many places at once: for eyes, one line each; for programs, one error that names them all. */
function errorLines(error: unknown, format: OutputFormat, { paint }: Terminal): Iterable<string> {
  if (!(error instanceof ConfigError) || error.problems.length < 2 || isDocumentFormat(format))
    return renderError(error, format, paint);
  return renderConfigProblems(error.problems.map(shownProblem), 'settings', format, paint);
}
