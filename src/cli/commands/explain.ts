import { Option } from 'commander';
import { type AddCommand, action } from '../command.ts';
import { addOutputOption } from '../options/output.ts';
import { addMoreRetentionOptions, addUsesOptions } from '../options/prune.ts';
import { addImagesChoices } from '../options/prune-images.ts';
import { addPruneCommonOptions, addReconcileOptions, addRegistryOptions } from '../options/settings.ts';

export const addExplain: AddCommand = (parent) => {
  const command = parent
    .command('explain')
    .argument(
      '<reference>',
      'repository:tag, repository@sha256:…, or :tag of the default repository; for prune-images also sha256:… alone',
    )
    .summary('tell why an image stays, or why it would go')
    .description(
      'Looks at registry and records as `reconcile` does, or at registry and clusters as `prune` does, and shows the way back from one ' +
        'image to what keeps it. With `--for prune-images` it looks at OpenShift’s image API as `prune images` does, and lists every place ' +
        'that the image has in the history of a tag. The options are those of that command.',
    )
    .addHelpText(
      'after',
      "\nExample:\n  winnow explain opschain/step-runner:change-4711 --records file:records.csv --transient 'opschain/*'" +
        '\n  winnow explain team/app:v1 --for prune --cluster kubernetes:?context=prod --keep-newest 5' +
        '\n  winnow explain shop/web:v2.1-may-2016 --for prune-images --keep-tag-revisions 3',
    )
    .addOption(
      new Option('--for <command>', 'the command whose decision to explain')
        .choices(['reconcile', 'prune', 'prune-images'])
        .default('reconcile'),
    );
  const withRegistry = addRegistryOptions(addPruneCommonOptions(command));
  addOutputOption(addImagesChoices(addMoreRetentionOptions(addUsesOptions(addReconcileOptions(withRegistry))))).action(
    action(async () => (await import('../actions/explain.ts')).explainOne),
  );
};
