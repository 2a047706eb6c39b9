import { type AddCommand, action } from '../command.ts';
import { addOutputOption } from '../options/output.ts';
import { addCommonOptions } from '../options/settings.ts';

export const addConfig: AddCommand = (parent) => {
  const command = parent.command('config').summary('check and show settings');
  const check = command
    .command('check')
    .argument('[file]', 'default: the file that would be used')
    .summary('find all that is wrong with a settings file');
  addOutputOption(check.option('--config <file>', 'settings file')).action(
    action(async () => (await import('../actions/config.ts')).checkFile),
  );
  command
    .command('schema')
    .summary('print the JSON Schema of the settings file')
    .action(action(async () => (await import('../actions/config.ts')).printSchema));
  const view = command.command('view').summary('show all settings as they count, and who gave each');
  addCommonOptions(view).action(action(async () => (await import('../actions/config.ts')).viewSettings));
};
