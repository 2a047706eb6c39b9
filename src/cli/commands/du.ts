import { Option } from 'commander';
import { type AddCommand, action } from '../command.ts';
import { addOutputOption } from '../options/output.ts';
import { addCommonOptions, addRegistryOptions } from '../options/settings.ts';

export const addDu: AddCommand = (parent) => {
  const command = parent
    .command('du')
    .argument('[globs...]', 'repositories to look at; default: all')
    .summary('show which repositories and tags hold how many bytes')
    .description(
      'Bytes that one repository (or tag) alone holds are its unique bytes: they come free when it goes. What several hold is shared, ' +
        'and counted once in the total. With globs, what lies outside of them is not looked at and counts for nothing. ' +
        'With --store it measures the storage itself: also what nothing needs, what lies in the quarantine, and unfinished uploads, ' +
        'so that all adds up to the bytes of its data.',
    );
  command.addOption(
    new Option(
      '--store <address>',
      "the registry's storage: distribution-fs:DIR, trow-files:DIR, s3://BUCKET/PREFIX?…",
    ).conflicts(['registry', 'registryUrl']),
  );
  addOutputOption(addRegistryOptions(addCommonOptions(command)))
    .option('--tags', 'also by tag')
    .option('--layers', 'with --store: also by layer, the largest first')
    .action(action(async () => (await import('../actions/du.ts')).du));
};
