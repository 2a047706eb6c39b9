import type { Command } from 'commander';
import type { ExitCode } from '../report/exit-code.ts';
import { openTerminal, type Terminal } from './terminal.ts';

/** One command of the program: adds its words and options to its parent. One file each, in `commands/`. */
export type AddCommand = (parent: Command) => void;

/** What a command does. One file each, in `actions/`. */
export type Run<Flags extends object> = (
  terminal: Terminal,
  flags: Flags,
  args: readonly string[],
) => Promise<ExitCode>;

/**
 * Wraps what a command does: its exit code is the process's, and whatever it throws is shown in the format that was asked for.
 *
 * @param load - imports it: only the command that runs is loaded, with all that it needs, so that help and completion are quick.
 */
export function action<Flags extends object>(load: () => Promise<Run<Flags>>): (this: Command) => Promise<void> {
  return async function (this: Command) {
    const flags = optionsOf<Flags>(this);
    const terminal = openTerminal();
    try {
      const run = await load();
      process.exitCode = await run(terminal, flags, this.args);
    } catch (error) {
      const { showError } = await import('./show-error.ts');
      process.exitCode = await showError(error, terminal, flags);
    }
  };
}

/** The options of a command and of those above it: what was typed goes before defaults, and what stands nearer before the rest. */
function optionsOf<Flags extends object>(command: Command): Flags {
  const chain: Command[] = [];
  for (let one: Command | null = command; one !== null; one = one.parent) chain.unshift(one);
  const defaults: Record<string, unknown> = {};
  const typed: Record<string, unknown> = {};
  for (const one of chain)
    for (const [name, value] of Object.entries(one.opts()))
      (one.getOptionValueSource(name) === 'default' ? defaults : typed)[name] = value;
  return { ...defaults, ...typed } as Flags;
}
