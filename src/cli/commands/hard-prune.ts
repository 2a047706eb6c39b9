import { Option } from 'commander';
import { type AddCommand, action } from '../command.ts';
import { addOutputOption } from '../options/output.ts';
import { addPruneCommonOptions } from '../options/settings.ts';
import { addHardPruneOptions, addStoreOptions } from '../options/store.ts';

export const addHardPrune: AddCommand = (parent) => {
  const command = parent
    .command('hard-prune')
    .summary('remove blobs that no manifest names from the storage of a registry')
    .description(
      "Looks at a registry's storage from below and finds the blobs that no manifest names. They go in three steps, over several runs: " +
        'their links are removed, through the registry, so that a later push uploads them again; after a grace their data is hidden, and ' +
        'can still be brought back; after a hold it goes for good. Pushes may go on meanwhile. Stale uploads, temporary files, ' +
        'dangling links and empty repositories go as well. Without --confirm nothing is written to the storage: the plan is shown.',
    )
    .addHelpText('after', examples);
  addOutputOption(addHardPruneOptions(addStoreOptions(addPruneCommonOptions(command))))
    .option('--shard <i/n>', 'only the i-th of n parts of all blobs; confirmed runs on other parts may go on beside it')
    .addOption(
      new Option('--mark-out <file>', 'only look which blobs are needed, and save that for runs with --mark').conflicts(
        [...['mark', 'shard', 'confirm', 'planOut', 'every', 'deleteUntagged', 'restoreReadWrite', 'fsck']],
      ),
    )
    .addOption(
      new Option('--mark <file>', 'with --shard: take what --mark-out saved in place of a look of its own').conflicts([
        ...['every', 'deleteUntagged', 'restoreReadWrite'],
      ]),
    )
    .option('--every <duration>', 'run again after so long, until stopped')
    .addOption(
      new Option(
        '--restore-read-write',
        'only put the registry back to read-write that a run which died has left in read-only mode',
      ).conflicts(['confirm', 'planOut', 'every']),
    )
    .option('--confirm', 'do what the plan says')
    .addOption(
      new Option('--dry-run', 'only plan; this is the default, and refused together with --confirm').conflicts(
        'confirm',
      ),
    )
    .option('--plan-out <file>', 'save the plan, to be applied with: winnow apply FILE --confirm')
    .action(action(async () => (await import('../actions/hard-prune.ts')).hardPrune));

  const status = command
    .command('status')
    .summary('show which blobs are on their way out of a storage, and when they go')
    .description(
      'Shows the blobs whose links were removed and those whose data is hidden, since when, by which run, and when the next step is due. ' +
        'Whether they take it is decided by the next run: what is needed again by then comes back.',
    );
  addOutputOption(
    addPruneCommonOptions(status)
      .option('--store <address>', "the registry's storage: distribution-fs:DIR, trow-files:DIR, s3://BUCKET/PREFIX?…")
      .option('--grace <duration>', 'from the removal of links to the hiding of data (24h)')
      .option('--hold <duration>', 'how long hidden data can be brought back (7d)'),
  ).action(action(async () => (await import('../actions/hard-prune-status.ts')).hardPruneStatus));
};

const examples = `
Examples:
  # What would go? Nothing is written, and no registry is needed
  winnow hard-prune --store distribution-fs:/var/lib/registry

  # Beside a running registry; name every replica
  winnow hard-prune --store distribution-fs:/var/lib/registry --registry registry.example:5000 --confirm

  # With read-only mode switched on before and off after: all steps at once
  winnow hard-prune --store distribution-fs:/var/lib/registry --registry registry.example:5000 --mode read-only \\
    --read-only-switch deployment:registry/docker-registry --grace 0s --hold 0s --confirm

  # As a loop: every hour, what is older than a day
  winnow hard-prune --store trow-files:/data --every 1h --min-blob-age 24h --confirm`;
