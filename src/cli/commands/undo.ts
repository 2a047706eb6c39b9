import { type AddCommand, action } from '../command.ts';
import { addOutputOption } from '../options/output.ts';
import { addCommonOptions, addRegistryOptions } from '../options/settings.ts';

export const addUndo: AddCommand = (parent) => {
  const command = parent
    .command('undo')
    .argument('<run>', 'a run of `winnow run ls`, or: last')
    .summary('bring back what a run removed')
    .description(
      'Pushes the manifests and tags that a run removed back, byte for byte, once all that they need was found to be there. A tag that ' +
        'points elsewhere by now is left alone. Says exactly what could not come back, and why. Doing it twice is harmless.',
    )
    .addHelpText('after', '\nExample:\n  winnow run ls\n  winnow undo last');
  addOutputOption(addRegistryOptions(addCommonOptions(command))).action(
    action(async () => (await import('../actions/undo.ts')).undoOne),
  );
};
