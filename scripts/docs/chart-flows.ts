import { flag, list, map, type Node, number, object, oneOf, podFields, text } from './chart-nodes.ts';

type Fields = Readonly<Record<string, Node>>;

const settings: Node = { $ref: '#/definitions/settings', description: 'Merged over `settings`, for this alone.' };

/** What a CronJob is told besides its schedule. */
export function jobFields(): Fields {
  return {
    successfulJobsHistoryLimit: number('How many jobs that went well are kept.'),
    failedJobsHistoryLimit: number('How many jobs that failed are kept.'),
    ttlSecondsAfterFinished: number('How long any job is kept.'),
    startingDeadlineSeconds: number('How late a job may still begin.', 10),
    activeDeadlineSeconds: number('How long a job may take.', 1),
    backoffLimit: number('How often a job that failed is tried again before its next turn.'),
  };
}

/** What every flow has that runs by a schedule. */
export function flowFields(): Fields {
  return {
    enabled: flag('Whether it runs at all.'),
    schedule: text('When: a cron expression.'),
    timeZone: text('Its time zone, by the IANA name. Default: that of the cluster; with the service UTC.'),
    suspend: flag('Begin no run.'),
    mode: oneOf(
      ['plan', 'approve', 'auto'],
      'With the service: `plan` only shows, `approve` waits for a person, `auto` applies what is not unusual. Default: `auto` with `confirm`, else `plan`.',
    ),
    jitter: text('With the service: runs begin up to so much later.'),
    catchUp: flag('With the service: whether a run that was missed is done late.'),
    ...jobFields(),
    ...ownFields(),
  };
}

/** What a part has of its own, whether it runs by a schedule or not. */
function ownFields(): Fields {
  return {
    confirm: flag('Goes before `confirm` of the chart.'),
    arguments: list('More arguments of the command.', { type: 'string' }),
    settings,
    serviceAccount: object('The account of its pods.', {
      create: flag('Whether one is made. Default: true.'),
      name: text('Its name. Default: that of release and flow.'),
      annotations: map('Its annotations: for roles of a cloud, for instance.', { type: 'string' }),
    }),
    ...podFields(),
  };
}

/** Fields of the spec of an ImagePruner that other flows have not. */
export function imagePrunerFields(): Fields {
  return {
    keepTagRevisions: number('How many of the newest items of each tag stay. Default: 3.'),
    keepYoungerThanDuration: text('What is younger stays. Default: `60m`.'),
    keepYoungerThan: number('The same in nanoseconds. The other one goes before it.'),
    ignoreInvalidImageReferences: flag(
      'Whether to go on where a reference can not be read; all that it may mean stays.',
    ),
    logLevel: oneOf(['Normal', 'Debug', 'Trace', 'TraceAll'], 'How much is logged.'),
    imagePruner: flag("Whether the cluster's own ImagePruner counts: `--image-pruner cluster`."),
    rbac: object('Rights besides.', { undo: flag('Those that `winnow undo` needs.') }),
  };
}

export function hardPruneFields(): Fields {
  return {
    volume: object(
      "The registry's volume; with neither claim nor folder the storage is a bucket that the settings name.",
      {
        existingClaim: text('Its claim, in the same namespace.'),
        hostPath: text('Its folder on the node.'),
        subPath: text('The folder in it that is the registry’s root directory.'),
        mountPath: { ...text('Where it is mounted.'), pattern: '^/' },
        kind: oneOf(['distribution-fs', 'trow-files'], 'Whose storage it is.'),
      },
    ),
    registryPods: map("Labels of the registry's pods: the pod goes to their node.", { type: 'string' }),
  };
}

export function nodeGcFields(): Fields {
  return {
    enabled: flag('Whether there is a pod on every node.'),
    every: text('How often it wakes up: `6h`.'),
    runtime: text(
      'Socket of the container runtime: `cri://PATH`, `docker://PATH`, `containerd://PATH?namespace=NAME`.',
    ),
    imagesFolder: {
      ...text('Folder of the node where the runtime keeps images: the disk of it is measured.'),
      pattern: '^/',
    },
    stateFolder: { ...text('Folder of the node for journals and for what is remembered.'), pattern: '^/' },
    maxUnavailable: {
      type: ['integer', 'string'],
      description: 'How many nodes may be without a pod during an upgrade.',
    },
    ...ownFields(),
    fleet: object(
      'One run by a schedule through all nodes, by a Job on each: `winnow node-gc --all-nodes`.',
      flowFields(),
    ),
  };
}
