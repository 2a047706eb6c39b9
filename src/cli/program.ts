import { Command } from 'commander';
import { version } from '../util/version.ts';
import { commands } from './commands/index.ts';

/** All commands and their options; nothing runs yet. */
export function createProgram(): Command {
  const program = new Command('winnow')
    .description(
      'Finds what container images are still in use and clears the rest away.\nNothing is deleted without --confirm, and what is deleted can be brought back.',
    )
    .version(version)
    .showSuggestionAfterError()
    .showHelpAfterError('(winnow --help shows what there is)')
    .addHelpText('after', guide);
  for (const add of commands) add(program);
  describeBySummary(program);
  return program;
}

/** A command without a description of its own has its summary for one: else its help would say nothing. */
function describeBySummary(command: Command): void {
  const summary = command.summary();
  if (command.description() === '') command.description(`${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`);
  for (const child of command.commands) describeBySummary(child);
}

const guide = `
First steps:
  winnow doctor    --registry URL      can I reach it, may I delete?
  winnow du        --registry URL      who holds how many bytes?
  winnow reconcile --registry URL …    what would go, and why?

Exit codes: 0 done · 1 failed · 2 usage or settings · 3 done in part · 4 stopped by a limit or lease · 5 evidence incomplete · 6 plan out of date`;
