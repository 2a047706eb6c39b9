import { type ExitCode, exitCodes } from '../../report/exit-code.ts';
import { type AddCommand, action } from '../command.ts';
import type { Terminal } from '../terminal.ts';

interface DemoFlags {
  readonly keep?: string;
}

export const addDemo: AddCommand = (parent) => {
  parent
    .command('demo')
    .summary('see it all on a made-up registry: no server needed')
    .description(
      'Makes a small registry with some 300 images and a record database in a temporary folder, serves it on loopback, and runs the\n' +
        'commands that you would run: plan, explain, apply, undo. Nothing outside of that folder is touched.',
    )
    .option('--keep <folder>', 'make it in this folder, and leave it there')
    .action(action<DemoFlags>(demo));
};

async function demo(terminal: Terminal, { keep }: DemoFlags): Promise<ExitCode> {
  const { playDemo } = await import('../demo/play-demo.ts');
  await playDemo(terminal, keep);
  return exitCodes.done;
}
