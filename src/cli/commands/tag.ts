import { type AddCommand, action } from '../command.ts';
import { addOutputOption } from '../options/output.ts';
import { repeatable } from '../options/repeatable.ts';
import { addCommonOptions, addRegistryOptions } from '../options/settings.ts';

export const addTag: AddCommand = (parent) => {
  const command = parent.command('tag').summary('look at tags, remove one');
  const ls = command
    .command('ls')
    .argument('[repository]', 'default: defaultRepository of the settings')
    .summary('list the tags of a repository')
    .description(
      'Lists the tags of a repository with digest, size (manifests, config and layers, of all platforms) and, where record sources are ' +
        'set, the record that owns each. -o wide, and every format but the table, also tells when images were made, which takes a request more for each.',
    );
  addOutputOption(addRegistryOptions(addCommonOptions(ls)))
    .addOption(repeatable('--records <spec>', 'a record source that may own tags'))
    .action(action(async () => (await import('../actions/tag.ts')).list));

  const rm = command
    .command('rm')
    .argument('<reference>', 'repository:tag, or :tag of the default repository')
    .summary('remove one tag, and never another with it')
    .description(
      'Removes one tag through the same plan, guards and journal as any run: `winnow undo` brings it back. A tag that an active record ' +
        'owns stays, and so does one of a protected repository. Where the registry deletes by digest only, a tag that shares its digest stays unless --untag-by-overwrite is given.',
    );
  addOutputOption(addRegistryOptions(addCommonOptions(rm)))
    .addOption(repeatable('--records <spec>', 'a record source that may hold the tag'))
    .option('--untag-by-overwrite', 'push a tiny manifest over a shared tag, and delete that')
    .option('--confirm', 'remove it')
    .action(action(async () => (await import('../actions/tag.ts')).remove));
};
