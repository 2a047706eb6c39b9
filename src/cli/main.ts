import { type Command, CommanderError } from 'commander';
import { isDocumentFormat } from '../report/output-format.ts';
import { createProgram } from './program.ts';
import { formatAskedFor, usageError } from './usage-error.ts';

/** The program's door: usage errors end with 2, help and version with 0, all else as the command says. */
async function main(): Promise<void> {
  const program = createProgram();
  const format = formatAskedFor(process.argv.slice(2));
  const isForPrograms = isDocumentFormat(format);
  everyCommand(program, (command) => {
    command.exitOverride();
    if (isForPrograms) command.configureOutput({ writeErr: () => undefined }); // it is told below, as a document
  });
  try {
    await program.parseAsync();
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return; // help and version are no mistakes
    const { exitCodes } = await import('../report/exit-code.ts');
    process.exitCode = exitCodes.usage;
    if (!isForPrograms) return;
    const [{ showError }, { openTerminal }] = await Promise.all([import('./show-error.ts'), import('./terminal.ts')]);
    await showError(usageError(error), openTerminal(), { output: format });
  }
}

function everyCommand(command: Command, visit: (command: Command) => void): void {
  visit(command);
  for (const child of command.commands) everyCommand(child, visit);
}

// Whoever reads only the head of a list closes the pipe: that is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit();
  throw error;
});

await main();
