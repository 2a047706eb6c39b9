import type { Command } from 'commander';
import type { Flags } from '../../config/flags.ts';
import { repeatable } from './repeatable.ts';

/** Options that stand for settings; their names are those of {@link Flags}. */
export type SettingsFlags = Flags;

/** For every command that reads settings. */
export function addCommonOptions(command: Command): Command {
  return addSettingsOptions(command).option('--cluster <name>', 'name of the cluster, told in plans and events');
}

/** For commands that ask clusters what they use: there `--cluster` tells which. */
export function addPruneCommonOptions(command: Command): Command {
  return addSettingsOptions(command).option('--cluster-name <name>', 'name of the cluster, told in plans and events');
}

function addSettingsOptions(command: Command): Command {
  return command
    .option('--config <file>', 'settings file')
    .option('--state-dir <dir>', 'where journals, leases and memory lie')
    .option('--log-level <level>', 'debug, info, warn or error');
}

/** Which registry, and how to reach it. The words are those of `oc adm prune images`. */
export function addRegistryOptions(command: Command): Command {
  return addTrafficOptions(
    addConnectionOptions(command).addOption(
      repeatable('--repositories <name>', 'a repository there is, where the registry has no catalog'),
    ),
  );
}

/** The same for commands where `--repositories` are those of a policy. */
export function addRegistryAccess(command: Command): Command {
  return addTrafficOptions(addConnectionOptions(command));
}

function addTrafficOptions(command: Command): Command {
  return command
    .option('--product <id>', 'what the registry is, where its answers do not tell')
    .option('--concurrency <count>', 'requests at a time')
    .option('--timeout <duration>', 'how long to wait for an answer')
    .option('--retries <count>', 'how often a request is repeated');
}

function addConnectionOptions(command: Command): Command {
  return command
    .option('--registry <url>', 'the registry: host[:port], or with http:// or https:// before it')
    .option('--registry-url <url>', 'the same, as oc has it')
    .option('--certificate-authority <file>', "PEM file of an authority to trust besides the system's")
    .option('--client-certificate <file>', 'PEM file of the certificate to show')
    .option('--client-key <file>', 'PEM file of its key')
    .option('--force-insecure', 'accept invalid certificates, and plain HTTP where no scheme is given')
    .option('--username <name>', 'user name at the registry')
    .option('--password-file <file>', 'file with the password or token')
    .option('--auth-file <file>', 'credentials as docker login writes them, or a pull secret');
}

/** Where the records are, and which repositories they speak of. */
export function addReconcileOptions(command: Command): Command {
  return command
    .addOption(
      repeatable(
        '--records <spec>',
        'a record source: file:records.csv, sqlite:PATH?query=…, postgres://…?query=…, https://…',
      ),
    )
    .addOption(
      repeatable('--transient <glob>', 'repositories with one tag a change: a tag goes when its record is inactive'),
    )
    .addOption(
      repeatable('--retained <glob>', 'repositories that keep by their own rule (--keep-younger-than, --keep-newest)'),
    )
    .addOption(repeatable('--protected <glob>', 'repositories that are never touched'))
    .option('--when-no-record <what>', 'keep (default) or retire tags of transient repositories without a record')
    .option('--no-record-min-age <duration>', 'with retire: how long such a tag must have been there')
    .option('--keep-younger-than <duration>', 'of retained repositories: keep what is younger')
    .option('--keep-newest <count>', 'of retained repositories: keep so many of the newest')
    .option('--only-when-record-inactive', 'of retained repositories: only an inactive record lets go')
    .option(
      '--untag-by-overwrite',
      'where only digests can be deleted: push a tiny manifest over a shared tag, and delete that',
    )
    .option('--max-deletions <count>', 'limit: tags removed in one run')
    .option('--max-share <share>', 'limit: share of all tags (0 to 1)')
    .option('--max-share-of-repository <share>', 'limit: share of the tags of any repository (0 to 1)')
    .option('--min-remaining <count>', 'limit: tags that must remain in each repository')
    .option('--max-drop-share <share>', 'limit: how far counts may drop since the last run (0 to 1)')
    .option('--expires-after <duration>', 'how long a saved plan may be applied');
}
