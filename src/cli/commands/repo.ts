import { type AddCommand, action } from '../command.ts';
import { addOutputOption } from '../options/output.ts';
import { addCommonOptions, addRegistryOptions } from '../options/settings.ts';

export const addRepo: AddCommand = (parent) => {
  const command = parent.command('repo').summary('look at repositories');
  const ls = command
    .command('ls')
    .argument('[query]', 'a part of the name, or a glob')
    .summary('list the repositories of the registry')
    .description(
      'Lists the repositories of the registry with the class that the settings put them in. -o wide, and every format but the table, also ' +
        'counts their tags, which takes a request more for each.',
    );
  addOutputOption(addRegistryOptions(addCommonOptions(ls))).action(
    action(async () => (await import('../actions/repo.ts')).list),
  );
};
