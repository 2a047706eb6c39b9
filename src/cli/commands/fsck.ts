import { Option } from 'commander';
import { type AddCommand, action } from '../command.ts';
import { addOutputOption } from '../options/output.ts';
import { addCommonOptions, addRegistryOptions } from '../options/settings.ts';

export const addFsck: AddCommand = (parent) => {
  const command = parent
    .command('fsck')
    .summary('look for images that can not be pulled, in a storage or through a registry')
    .description(
      "Looks for tags without a manifest, manifests without data, layers without data or without the repository's link to them, indexes " +
        'whose children are missing, signatures of what is gone, and links that lead nowhere. With --store it reads the storage of a ' +
        'registry from below; with --registry it asks the registry, any registry, for everything that its tags need. ' +
        'Nothing is written without --repair --confirm. It ends with 3 where something is broken.',
    )
    .addHelpText('after', examples)
    .addOption(
      new Option(
        '--store <address>',
        "the registry's storage: distribution-fs:DIR, trow-files:DIR, s3://BUCKET/PREFIX?…",
      ).conflicts(['registry', 'registryUrl']),
    );
  addOutputOption(addRegistryOptions(addCommonOptions(command)))
    .option('--verify', 'with --store: hash the contents of all blobs as well')
    .option('--rate <size>', 'with --verify: read so many bytes a second at most (50Mi)')
    .option('--resume', 'with --verify: go on where the last one was stopped')
    .option('--repair', 'with --store: show what can be healed: links that are missing, data in the quarantine')
    .option('--confirm', 'with --repair: heal it')
    .action(action(async () => (await import('../actions/fsck.ts')).fsck));
};

const examples = `
Examples:
  # Is everything on the storage whole? No registry is needed
  winnow fsck --store distribution-fs:/var/lib/registry

  # Contents as well, 50 MiB a second, from where it was stopped
  winnow fsck --store distribution-fs:/var/lib/registry --verify --rate 50Mi --resume

  # Heal what can be healed
  winnow fsck --store distribution-fs:/var/lib/registry --repair --confirm

  # Through the API of any registry
  winnow fsck --registry registry.example:5000`;
