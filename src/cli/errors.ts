/** Codes that only the commands themselves can fail with. `docs/errors.md` is made from this table. */
export const cliErrors = {
  EVIDENCE_FILE_UNREADABLE: {
    meaning: 'The file of evidence cannot be read: it is not there, or not for this user.',
    hint: 'name a file that `winnow prune --evidence-out` wrote',
  },
  EVIDENCE_FILE_UNWRITABLE: {
    meaning: 'The evidence cannot be written to the file that --evidence-out names.',
    hint: 'name a file in a folder that you may write to',
  },
  INVENTORY_FILE_UNWRITABLE: {
    meaning: 'The list of what a registry has cannot be written to the file that --inventory-out names.',
    hint: 'name a file in a folder that you may write to',
  },
  DEMO_SERVICE_ENDED: {
    meaning: 'The service of `winnow demo --serve` ended before it could be used.',
    hint: 'look at what it said above; with --keep FOLDER its settings stay there',
  },
  DEMO_STEP_FAILED: {
    meaning: 'A command of `winnow demo` could not do its work.',
    hint: 'read what it said above: often a variable WINNOW_… of this shell is one that there is not',
  },
  IMAGE_PRUNER_UNREADABLE: {
    meaning: 'The file with the ImagePruner can not be read.',
    hint: 'write it with: oc get imagepruner cluster -o yaml',
  },
  MARK_FILE_UNREADABLE: {
    meaning: 'The file of a mark cannot be read: it is not there, or not for this user.',
    hint: 'name a file that --mark-out wrote',
  },
  MARK_FILE_UNWRITABLE: {
    meaning: 'The mark cannot be written to the file that --mark-out names.',
    hint: 'name a file in a folder that you may write to',
  },
  IMAGE_DISK_UNSEEN: {
    meaning: 'Watermarks are set, and the disk of the images can not be measured from here. Nothing was removed.',
    hint: 'mount that folder into the pod, read-only will do, or leave the watermarks out',
  },
  PLAN_FILE_UNREADABLE: {
    meaning: 'The plan file cannot be read: it is not there, or not for this user.',
    hint: 'name a file that --plan-out wrote',
  },
  PLAN_FILE_UNWRITABLE: {
    meaning: 'The plan cannot be written to the file that --plan-out names.',
    hint: 'name a file in a folder that you may write to',
  },
  PLAN_RECORDS_INCOMPLETE: {
    meaning:
      'A saved plan names its record sources, but holds no passwords, no tokens, and of a source in a settings file only its place. ' +
      'What it holds is not enough to ask the records again, so nothing was tried.',
    hint: 'give --records again, or the settings file with which the plan was made',
  },
  PLAN_CLUSTERS_UNREADABLE: {
    meaning:
      'A saved plan names the clusters that it was made by, and one of them can not be opened from what it says.',
    hint: 'give --cluster again, or the settings file with which the plan was made',
  },
  PRUNE_IMAGES_READ_ONLY: {
    meaning: 'The image API is only read, since it is objects in files, or a snapshot: nothing can be deleted there.',
    hint: 'name the cluster itself: --cluster openshift:?context=NAME; without --confirm the plan is shown',
  },
  PRUNE_NO_CLUSTERS: {
    meaning: 'A prune without a cluster does not know which images run: it would delete them. Nothing was looked at.',
    hint: 'name the clusters with --cluster or in the settings file, or say --no-clusters',
  },
  REGISTRY_DELETE_DISABLED: {
    meaning:
      'The registry would refuse every deletion: it is read-only, or deleting is switched off. Nothing was tried.',
    hint: 'for Distribution, start it with REGISTRY_STORAGE_DELETE_ENABLED=true and end its read-only mode',
  },
  REGISTRY_OWNS_STORAGE: {
    meaning:
      'A server over the storage is a product that alone knows what in it is in use: taking something from outside would break it. Nothing was done.',
    hint: 'see the message for what it is, and let it collect by itself',
  },
  REPOSITORY_NOT_FOUND: {
    meaning: 'The registry has no repository of this name.',
    hint: 'see with `winnow repo ls` what there is',
  },
  STOPPED: {
    meaning:
      'SIGINT (Ctrl-C) or SIGTERM came while Winnow was still looking: nothing was changed. A run in mid-work ends with a report instead.',
    hint: 'run the same command again when it suits',
  },
  TAG_NOT_FOUND: {
    meaning: 'The tag or digest that a command names is not there.',
    hint: 'see with `winnow tag ls` what there is',
  },
  TAG_STAYS: {
    meaning: 'The tag that is to be removed stays: something keeps it, and the message tells what.',
    hint: 'see with `winnow explain` the way back to what keeps it',
  },
  USAGE_INVALID: {
    meaning:
      'The command line is not understood: an unknown command or option, a missing argument, a value that is none of the choices.',
    hint: 'see with `winnow --help`, or with --help behind the command, what there is',
  },
} as const;

export type CliErrorCode = keyof typeof cliErrors;
