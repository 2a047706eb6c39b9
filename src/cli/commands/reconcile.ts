import { Option } from 'commander';
import { type AddCommand, action } from '../command.ts';
import { addOutputOption } from '../options/output.ts';
import { addCommonOptions, addReconcileOptions, addRegistryOptions } from '../options/settings.ts';

export const addReconcile: AddCommand = (parent) => {
  const command = parent
    .command('reconcile')
    .summary('remove registry tags whose records are inactive')
    .description(
      'Compares the tags of a registry with the records that own them. Tags of inactive records go, with the manifests that only ' +
        'they kept; everything that an active record, another tag, an index or a signature needs stays. Without --confirm nothing ' +
        'is deleted: the plan is shown. What could not be read can only keep, never delete.',
    )
    .addHelpText('after', examples);
  addOutputOption(addReconcileOptions(addRegistryOptions(addCommonOptions(command))))
    .option('--confirm', 'do what the plan says')
    .addOption(
      new Option('--dry-run', 'only plan; this is the default, and refused together with --confirm').conflicts(
        'confirm',
      ),
    )
    .option('--plan-out <file>', 'save the plan, to be applied with: winnow apply FILE --confirm')
    .option('--inventory-out <file>', 'list all repositories, tags and images with what becomes of them, as JSON lines')
    .option('--show-kept', 'list every tag that stays, with its reason')
    .action(action(async () => (await import('../actions/reconcile.ts')).reconcile));
};

const examples = `
Examples:
  # What would go? (no settings file needed)
  winnow reconcile --registry registry.example:5000 --records file:records.csv --transient 'opschain/*'

  # Save the plan, read it, apply exactly that
  winnow reconcile --plan-out plan.jsonl
  winnow apply plan.jsonl --confirm

  # Records from a database, the plan as JSON
  winnow reconcile --records 'postgres://winnow@db/app?query=SELECT repository, tag, status FROM changes' -o json`;
