import { type Command, Option } from 'commander';
import { goBoolean } from './go-boolean.ts';
import { repeatable } from './repeatable.ts';

/** The flags of `oc adm prune images`, by name, meaning and default. Whether one was typed can be told: none has a default of its own here. */
export function addOcOptions(command: Command): Command {
  return command
    .addOption(goBoolean('--all', 'images that were not pushed to the integrated registry go as well (true)'))
    .option('--certificate-authority <file>', "PEM file of an authority to trust besides the kubeconfig's")
    .addOption(goBoolean('--confirm', 'do what the plan says (false)'))
    .addOption(goBoolean('--force-insecure', 'accept invalid certificates and plain HTTP of the registry (false)'))
    .addOption(
      goBoolean(
        '--ignore-invalid-refs',
        'go on where a name of an image can not be read, and keep nothing for it (false)',
      ),
    )
    .option('--keep-tag-revisions <count>', 'keep so many of the newest items of each tag (3)')
    .option('--keep-younger-than <duration>', 'keep what is younger: images, items, streams, ended pods (60m)')
    .option('-n, --namespace <name>', 'only image streams of this project; no data, no Image objects')
    .option('--num-workers <count>', 'deletions under way at a time (5)')
    .addOption(
      goBoolean(
        '--prune-over-size-limit',
        'instead of age and revisions: what is larger than a limit of its project goes (false)',
      ),
    )
    .addOption(goBoolean('--prune-registry', 'links and data in the integrated registry go as well (true)'))
    .option(
      '--registry-url <url>',
      'the integrated registry: [https://|http://]host[:port]; else what the image API tells',
    );
}

/** Those of `winnow prune images` that decide what goes, and that `winnow prune` has no word for. */
export function addImagesChoices(command: Command): Command {
  return command
    .addOption(
      goBoolean('--all', 'for prune-images: not only images that were pushed to the integrated registry (true)'),
    )
    .option('-n, --namespace <name>', 'for prune-images: only image streams of this project')
    .addOption(goBoolean('--prune-over-size-limit', 'for prune-images: size in place of age and revisions (false)'))
    .option(
      '--image-pruner <file>',
      "for prune-images: OpenShift's ImagePruner; cluster: the one that the cluster has",
    );
}

/** What `winnow prune images` has besides. */
export function addPruneImagesOptions(command: Command): Command {
  return command
    .addOption(
      repeatable(
        '--cluster <spec>',
        'what may use images: openshift:?context=NAME, kubernetes:…, manifests:DIR, snapshot:…; the first with an image API is pruned',
      ),
    )
    .option(
      '--image-pruner <file>',
      "OpenShift's ImagePruner, whose fields count where no flag is typed; cluster: the one that the cluster has",
    )
    .addOption(
      new Option(
        '--bad-references <what>',
        'names that can not be read: protect what they might mean, abort, or ignore',
      ),
    )
    .addOption(repeatable('--alias <name=place>', 'another name of a registry: mirror.example/proxy=HOST:PORT/team'))
    .addOption(
      goBoolean('--keep-blobs', 'links go, data stays: for winnow hard-prune, which holds it back for a while (false)'),
    )
    .option('--min-age <duration>', 'nothing younger goes, whatever the others say (10m)')
    .option('--timeout <duration>', 'how long to wait for an answer of the registry')
    .option('--retries <count>', 'how often a request to the registry is repeated')
    .option('--max-deletions <count>', 'limit: items and images removed in one run')
    .option('--max-share <share>', 'limit: share of all items, or of all images (0 to 1)')
    .option('--max-share-of-repository <share>', 'limit: share of the items of any image stream (0 to 1)')
    .option('--min-remaining <count>', 'limit: items that must remain in each image stream')
    .option('--max-drop-share <share>', 'limit: how far counts may drop since the last run (0 to 1)')
    .option('--expires-after <duration>', 'how long a saved plan may be applied');
}
