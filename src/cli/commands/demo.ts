import { type AddCommand, action } from '../command.ts';

export const addDemo: AddCommand = (parent) => {
  parent
    .command('demo')
    .summary('see it all on a made-up registry: no server needed')
    .description(
      'Makes a small registry with some 300 images and a record database in a temporary folder, serves it on loopback, and runs the ' +
        'commands that you would run: plan, explain, apply, undo. Nothing outside of that folder is touched.',
    )
    .option('--keep <folder>', 'make it in this folder, and leave it there')
    .option('--serve [port]', 'the service over it, with its pages, until it is stopped')
    .action(action(async () => (await import('../actions/demo.ts')).demo));
};
