import { type AddCommand, action } from '../command.ts';
import { addAccessOptions } from '../options/access.ts';
import { addOutputOption } from '../options/output.ts';
import { repeatable } from '../options/repeatable.ts';
import { addPruneCommonOptions } from '../options/settings.ts';

export const addSnapshot: AddCommand = (parent) => {
  const command = parent
    .command('snapshot')
    .summary('write down which images a cluster uses, for runs elsewhere')
    .description(
      'Asks one cluster which images it uses, as `prune` does, and writes the answer to a file, a registry or a bucket, with its time and a ' +
        'checksum. A run of `prune` elsewhere reads it as a cluster: snapshot:PLACE. Images are never looked at, and nothing is deleted. ' +
        'It ends with 5 where something could not be seen.',
    )
    .addHelpText('after', examples)
    .requiredOption(
      '--to <place>',
      'where to: FILE, oci://HOST/REPOSITORY:TAG, or s3://BUCKET/KEY?endpoint=URL&region=NAME',
    )
    .addOption(
      repeatable(
        '--cluster <spec>',
        'what to ask, once: kubernetes:?context=NAME, openshift:KUBECONFIG, manifests:DIR',
      ),
    )
    .option('--allow-gaps', 'replace a snapshot in which nothing is missing also by one that could not see everything')
    .option('--allow-drop', 'replace a snapshot also by one with less than half as many workloads');
  addOutputOption(addAccessOptions(addPruneCommonOptions(command))).action(
    action(async () => (await import('../actions/snapshot.ts')).snapshot),
  );
};

const examples = `
Examples:
  # In a cluster, every hour
  winnow snapshot --cluster-name prod-eu --to oci://registry.example:5000/winnow/snapshots:prod-eu

  # From a laptop, another context
  winnow snapshot --cluster 'kubernetes:?context=prod-us' --to s3://backups/winnow/prod-us.ndjson.gz?region=us-east-1`;
