import { type AddCommand, action } from '../command.ts';
import { addOutputOption } from '../options/output.ts';
import { addCommonOptions, addReconcileOptions, addRegistryOptions } from '../options/settings.ts';

export const addExplain: AddCommand = (parent) => {
  const command = parent
    .command('explain')
    .argument('<reference>', 'repository:tag, repository@sha256:…, or :tag of the default repository')
    .summary('tell why an image stays, or why it would go')
    .description(
      'Looks at registry and records as `reconcile` does, and shows the way back from one image to what keeps it.',
    )
    .addHelpText(
      'after',
      "\nExample:\n  winnow explain opschain/step-runner:change-4711 --records file:records.csv --transient 'opschain/*'",
    );
  addOutputOption(addReconcileOptions(addRegistryOptions(addCommonOptions(command)))).action(
    action(async () => (await import('../actions/explain.ts')).explainOne),
  );
};
