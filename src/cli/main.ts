import { type Command, CommanderError } from 'commander';
import { createProgram } from './program.ts';

/** The program's door: usage errors end with 2, help and version with 0, all else as the command says. */
async function main(): Promise<void> {
  const program = createProgram();
  everyCommand(program, (command) => command.exitOverride());
  try {
    await program.parseAsync();
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return; // help and version are no mistakes
    const { exitCodes } = await import('../report/exit-code.ts');
    process.exitCode = exitCodes.usage;
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
