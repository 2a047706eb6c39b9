import { type Command, Option } from 'commander';
import { repeatable } from './repeatable.ts';

/** Which storage, and who serves it. */
export function addStoreOptions(command: Command): Command {
  return command
    .option('--store <address>', "the registry's storage: distribution-fs:DIR, trow-files:DIR, s3://BUCKET/PREFIX?…")
    .addOption(repeatable('--registry <url>', 'a registry that serves it: name every replica'))
    .option('--certificate-authority <file>', "PEM file of an authority to trust besides the system's")
    .option('--client-certificate <file>', 'PEM file of the certificate to show')
    .option('--client-key <file>', 'PEM file of its key')
    .option('--force-insecure', 'accept invalid certificates, and plain HTTP where no scheme is given')
    .option('--username <name>', 'user name at the registries')
    .option('--password-file <file>', 'file with the password or token')
    .option('--auth-file <file>', 'credentials as docker login writes them, or a pull secret')
    .option('--timeout <duration>', 'how long to wait for an answer')
    .option('--retries <count>', 'how often a request is repeated')
    .option('--cache <cache>', "the registries' descriptor cache: auto, none, in-memory or redis://HOST:PORT/DB")
    .option('--registry-config <file>', "the registries' own configuration file, which tells --cache auto");
}

/** What may go, and how long to wait between the steps. */
export function addHardPruneOptions(command: Command): Command {
  return command
    .addOption(new Option('--mode <mode>', 'online, or read-only where all registries refuse writes meanwhile'))
    .option('--read-only-switch <what>', 'with read-only: deployment:NAMESPACE/NAME[/CONTAINER], openshift or manual')
    .option('--restart-registry <what>', 'after data went for good, restart deployment:NAMESPACE/NAME or openshift')
    .option('--kubeconfig <file>', 'how to reach the cluster of --read-only-switch and --restart-registry')
    .option('--kube-context <name>', 'context of that file')
    .option('--min-blob-age <duration>', 'keep what is younger, by the newest of its data and its links (24h)')
    .option('--grace <duration>', 'from the removal of links to the hiding of data (24h)')
    .option('--hold <duration>', 'how long hidden data can be brought back (7d)')
    .option('--check-after <duration>', 'check hidden data once more after so long (3m)')
    .option('--upload-age <duration>', 'remove uploads that were not continued for so long (168h)')
    .option('--thorough', 'look at every single link as well: empty ones, history, temporary files (slower)')
    .option('--delete-untagged', 'remove manifests that no tag leads to, and nothing else needs')
    .option('--fsck', 'with --confirm: look for damage before anything is done, and again after the run')
    .addOption(repeatable('--records <spec>', 'with --delete-untagged: records that may hold digests'))
    .addOption(
      repeatable(
        '--cluster <spec>',
        'with --delete-untagged: what may use digests: kubernetes:?context=NAME, manifests:DIR, snapshot:PLACE',
      ),
    )
    .option('--no-clusters', 'with --delete-untagged: do not ask the clusters of the settings what runs')
    .option('--max-delete-ratio <share>', 'limit: share of all blobs, and of their bytes, that may go in one run (0.3)')
    .option('--max-drop-share <share>', 'limit: how far repositories or tags may drop since the last run (0.1)')
    .option('--expires-after <duration>', 'how long a saved plan may be applied');
}
