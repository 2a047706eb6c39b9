import { type Command, Option } from 'commander';
import { repeatable } from './repeatable.ts';

/** Who uses images, and how their names are understood. */
export function addUsesOptions(command: Command): Command {
  return command
    .addOption(
      repeatable(
        '--cluster <spec>',
        'what may use images: kubernetes:?context=NAME, openshift, manifests:DIR, snapshot:FILE|oci://…|s3://…',
      ),
    )
    .option('--no-clusters', 'ask nobody what runs: only policies and records decide')
    .addOption(repeatable('--alias <name=place>', 'another name of the registry: mirror.example/proxy=HOST:PORT/team'))
    .addOption(repeatable('--default-registry <place>', 'what names without a host mean: docker.io'))
    .addOption(
      new Option(
        '--bad-references <what>',
        'names that can not be read: protect what they might mean, abort, or ignore',
      ),
    )
    .option('--ignore-invalid-refs', 'the same as --bad-references ignore, as oc has it');
}

/** A policy of retention, for use without a settings file. */
export function addRetentionOptions(command: Command): Command {
  return addMoreRetentionOptions(
    command
      .addOption(
        repeatable('--repositories <glob>', 'repositories that the policy of this command line is about (all)'),
      )
      .option('--keep-younger-than <duration>', 'keep what was pushed within that time')
      .option('--keep-newest <count>', 'keep so many of the newest images of each repository'),
  );
}

/** Those of them that `reconcile` has no word for. */
export function addMoreRetentionOptions(command: Command): Command {
  return command
    .option('--keep-tag-revisions <count>', 'keep so many of the digests that each tag was on')
    .addOption(repeatable('--keep-matching <pattern>', 'keep tags of that name: a glob, or /RE2/'))
    .addOption(repeatable('--delete-matching <pattern>', 'only tags of that name go: a glob, or /RE2/'))
    .option('--untagged-after <duration>', 'manifests that no tag leads to go after so long')
    .option('--min-age <duration>', 'nothing goes that is younger, whatever else is said (24h)');
}

/** What else a prune goes by. */
export function addPrunePlanOptions(command: Command): Command {
  return command
    .addOption(repeatable('--records <spec>', 'records whose active ones keep: file:records.csv, postgres://…'))
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
