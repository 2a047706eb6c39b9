import { Option } from 'commander';
import { type AddCommand, action } from '../command.ts';
import { addOutputOption } from '../options/output.ts';
import { addMoreRetentionOptions, addUsesOptions } from '../options/prune.ts';
import { addPruneCommonOptions, addReconcileOptions, addRegistryOptions } from '../options/settings.ts';

export const addExplain: AddCommand = (parent) => {
  const command = parent
    .command('explain')
    .argument('<reference>', 'repository:tag, repository@sha256:…, or :tag of the default repository')
    .summary('tell why an image stays, or why it would go')
    .description(
      'Looks at registry and records as `reconcile` does, or at registry and clusters as `prune` does, and shows the way back from one ' +
        'image to what keeps it. The options are those of that command.',
    )
    .addHelpText(
      'after',
      "\nExample:\n  winnow explain opschain/step-runner:change-4711 --records file:records.csv --transient 'opschain/*'" +
        '\n  winnow explain team/app:v1 --for prune --cluster kubernetes:?context=prod --keep-newest 5',
    )
    .addOption(
      new Option('--for <command>', 'the command whose decision to explain')
        .choices(['reconcile', 'prune'])
        .default('reconcile'),
    );
  const withRegistry = addRegistryOptions(addPruneCommonOptions(command));
  addOutputOption(addMoreRetentionOptions(addUsesOptions(addReconcileOptions(withRegistry)))).action(
    action(async () => (await import('../actions/explain.ts')).explainOne),
  );
};
