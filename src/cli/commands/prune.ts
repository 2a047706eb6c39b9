import { Option } from 'commander';
import { type AddCommand, action } from '../command.ts';
import { addOutputOption } from '../options/output.ts';
import { addPrunePlanOptions, addRetentionOptions, addUsesOptions } from '../options/prune.ts';
import { addPruneCommonOptions, addRegistryAccess } from '../options/settings.ts';
import { addPruneImages } from './prune-images.ts';

export const addPrune: AddCommand = (parent) => {
  const command = parent
    .command('prune')
    .summary('remove images that no cluster uses')
    .description(
      'Asks every cluster which images it uses, and the registry which it has. What nobody uses goes by policies of retention; what runs, ' +
        'what a rollback would need, what lists it, signs it or shares its manifest stays. A cluster that can not be asked keeps all that ' +
        'it may use. Without --confirm nothing is deleted: the plan is shown.',
    )
    .addHelpText('after', examples)
    // Else the options of `prune` would be taken for those of the commands below it.
    .enablePositionalOptions();
  const withUses = addUsesOptions(addRegistryAccess(addPruneCommonOptions(command)));
  addOutputOption(addPrunePlanOptions(addRetentionOptions(withUses)))
    .option('--confirm', 'do what the plan says')
    .addOption(
      new Option('--dry-run', 'only plan; this is the default, and refused together with --confirm').conflicts(
        'confirm',
      ),
    )
    .option('--plan-out <file>', 'save the plan, to be applied with: winnow apply FILE --confirm')
    .option('--evidence-out <file>', 'save all that was seen, to try other policies on: winnow policy test FILE')
    .option('--inventory-out <file>', 'list all repositories, tags and images with what becomes of them, as JSON lines')
    .option('--show-kept', 'list every tag that stays, with its reason')
    .action(action(async () => (await import('../actions/prune.ts')).prune));
  addPruneImages(command);
};

const examples = `
Examples:
  # What would go? Everything that is older than 30 days and no cluster uses
  winnow prune --registry registry.example:5000 --cluster kubernetes:?context=prod --keep-younger-than 30d

  # Several clusters, one of them by the snapshot that it wrote itself
  winnow prune --registry registry.example:5000 --cluster kubernetes:?context=prod \\
    --cluster snapshot:oci://registry.example:5000/winnow/snapshots:edge --keep-newest 10

  # By a GitOps repository; save the plan, read it, apply exactly that
  winnow prune --registry registry.example:5000 --cluster manifests:/srv/gitops --keep-matching 'v*' --plan-out plan.jsonl
  winnow apply plan.jsonl --confirm`;
