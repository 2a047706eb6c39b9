import { type Command, Option } from 'commander';
import { type OutputFormat, outputFormats } from '../../report/output-format.ts';

export interface OutputFlags {
  readonly output: OutputFormat;
}

/** `-o`: how results are shown. */
export function addOutputOption(command: Command): Command {
  return command.addOption(
    new Option('-o, --output <format>', 'how to show the result').choices(outputFormats).default('table'),
  );
}
