import { type AddCommand, action } from '../command.ts';
import { addOutputOption } from '../options/output.ts';
import { addCommonOptions, addRegistryOptions } from '../options/settings.ts';

export const addRepo: AddCommand = (parent) => {
  const command = parent.command('repo').summary('look at repositories');
  const ls = command
    .command('ls')
    .argument('[query]', 'a part of the name, or a glob')
    .summary('list the repositories of the registry');
  addOutputOption(addRegistryOptions(addCommonOptions(ls))).action(
    action(async () => (await import('../actions/repo.ts')).list),
  );
};
