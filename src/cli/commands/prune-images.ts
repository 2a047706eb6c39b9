import { type AddCommand, action } from '../command.ts';
import { goBoolean } from '../options/go-boolean.ts';
import { addOutputOption } from '../options/output.ts';
import { addOcOptions, addPruneImagesOptions } from '../options/prune-images.ts';
import { addPruneCommonOptions } from '../options/settings.ts';

export const addPruneImages: AddCommand = (parent) => {
  const command = parent
    .command('images')
    .summary("OpenShift's pruner: images that no stream keeps and nothing uses")
    .description(
      'Does what `oc adm prune images` does, with its flags: items leave the histories of image streams, by age and number of revisions; then ' +
        'links and data in the integrated registry, and Image objects, that nothing needs any more. Whatever runs stays, by tag and by digest. ' +
        'All is looked at once more before anything goes that can not come back. Without --confirm nothing is deleted: the plan is shown.',
    )
    .addHelpText('after', examples)
    // Told in our own words, as oc has it.
    .allowExcessArguments();
  addOutputOption(addPruneImagesOptions(addOcOptions(addPruneCommonOptions(command))))
    .addOption(
      goBoolean('--dry-run', 'only plan; this is the default, and refused together with --confirm').conflicts(
        'confirm',
      ),
    )
    .option('--plan-out <file>', 'save the plan, to be applied with: winnow apply FILE --confirm')
    .option('--show-kept', 'list every item and image that stays, with its reason')
    .action(action(async () => (await import('../actions/prune-images.ts')).pruneImages));
};

const examples = `
Examples:
  # What would go? As oc adm prune images, with the kubeconfig's current context
  winnow prune images --keep-tag-revisions=3 --keep-younger-than=60m

  # Do it; the data stays in the registry until winnow hard-prune takes it
  winnow prune images --registry-url=https://registry.apps.example.com --keep-blobs --confirm

  # As OpenShift's operator does it
  winnow prune images --image-pruner cluster --confirm

  # Without a cluster: objects that were saved with oc get … -o json
  winnow prune images --cluster manifests:DIR -o json

  # Other clusters that run these images as well
  winnow prune images --cluster openshift --cluster kubernetes:?context=edge`;
