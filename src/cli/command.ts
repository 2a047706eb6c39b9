import type { Command } from 'commander';
import { ConfigError } from '../config/problem.ts';
import { renderConfigProblems } from '../report/config-problems.ts';
import { renderError } from '../report/error.ts';
import { type ExitCode, exitCodeOfError } from '../report/exit-code.ts';
import { isDocumentFormat, type OutputFormat } from '../report/output-format.ts';
import { shownProblem } from './shown-problem.ts';
import { openTerminal, type Terminal } from './terminal.ts';

/** One command of the program: adds itself to its parent. One file each, in `commands/`. */
export type AddCommand = (parent: Command) => void;

/**
 * Wraps what a command does: its exit code is the process's, and whatever it throws is shown in the format that was asked for.
 * Errors go to stderr; with `-o json` or `yaml` to stdout, where the program that reads them looks.
 */
export function action<Flags extends object>(
  run: (terminal: Terminal, flags: Flags, args: readonly string[]) => Promise<ExitCode>,
): (this: Command) => Promise<void> {
  return async function (this: Command) {
    const flags = this.optsWithGlobals<Flags>();
    const terminal = openTerminal();
    try {
      process.exitCode = await run(terminal, flags, this.args);
    } catch (error) {
      process.exitCode = exitCodeOfError(error);
      const format = 'output' in flags ? (flags.output as OutputFormat) : 'table';
      const lines = errorLines(error, format, terminal);
      if (isDocumentFormat(format)) await terminal.print(lines);
      else for (const line of lines) terminal.say(line);
    }
  };
}

/** Settings can be wrong in many places at once: for eyes, one line each; for programs, one error that names them all. */
function errorLines(error: unknown, format: OutputFormat, { paint }: Terminal): Iterable<string> {
  if (!(error instanceof ConfigError) || error.problems.length < 2 || isDocumentFormat(format))
    return renderError(error, format, paint);
  return renderConfigProblems(error.problems.map(shownProblem), 'settings', format, paint);
}
