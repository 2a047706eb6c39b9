import { type Command, Option } from 'commander';
import { repeatable } from './repeatable.ts';

/** As for all commands; but `--cluster` is whose workloads are asked, and its name for plans and events is `--cluster-name`. */
export function addNodeCommonOptions(command: Command): Command {
  return command
    .option('--config <file>', 'settings file')
    .option('--state-dir <dir>', 'where journals, leases and memory lie')
    .option('--cluster-name <name>', 'name of the cluster, told in plans and events')
    .option('--log-level <level>', 'debug, info, warn or error')
    .addOption(repeatable('--cluster <spec>', 'workloads whose images stay: kubernetes, manifests:DIR, snapshot:FILE'));
}

/** Which runtime. */
export function addRuntimeOptions(command: Command): Command {
  return command
    .option(
      '--runtime <address>',
      'its socket: cri://PATH, containerd://PATH?namespace=NAME, docker://PATH (looked for)',
    )
    .option('--timeout <duration>', 'how long to wait for an answer (30s)')
    .option('--node-name <name>', "the node's name in plans and reports (the host's)");
}

/** What may go from a node. */
export function addNodeGcOptions(command: Command): Command {
  return command
    .option('--containers <which>', 'superseded (default), ended or none')
    .option('--sandboxes <which>', 'superseded (default), not-ready or none')
    .option('--sandbox-min-age <duration>', 'leave sandboxes alone for so long (10m)')
    .option('--no-images', 'leave images alone')
    .option('--min-pull-age <duration>', 'keep images that were pulled later (10m)')
    .option('--min-unused-age <duration>', 'keep images that a container has used since')
    .option('--until <duration>', 'keep images that were built later, whenever they were pulled')
    .option('--keep-per-repository <count>', 'keep so many of the latest pulled of each repository')
    .addOption(repeatable('--keep <pattern>', 'names of images that stay: a glob, or an expression between slashes'))
    .addOption(repeatable('--only <pattern>', 'only images with such a name go: *:1.2.3 is that version of any'))
    .addOption(repeatable('--label <filter>', 'only images with this label go: KEY, KEY=VALUE, !KEY=VALUE'))
    .option('--high-watermark <percent>', 'images go only when so much of their disk is used')
    .option('--low-watermark <percent>', 'and only until no more than so much is used')
    .option('--require-repullable', 'only images go that their registry still has')
    .option('--auth-file <file>', 'to ask registries: credentials as docker login writes them, or a pull secret')
    .option('--certificate-authority <file>', "to ask registries: an authority to trust besides the system's")
    .option('--force-insecure', 'to ask registries: accept invalid certificates, and plain HTTP')
    .option('--release-content', 'let go of the packed layers of unpacked images, where that is safe')
    .option('--static-pods <dir>', 'a folder of static pods: what they name stays')
    .option('--expires-after <duration>', 'how long a saved plan may be applied');
}

/** All nodes of a cluster, instead of this one. */
export function addFleetOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--all-nodes', 'clean all nodes of a cluster, each by a Job of its own').conflicts([
        ...['showKept', 'nodeName', 'fleetReport'],
      ]),
    )
    .option('--fleet-image <image>', 'with --all-nodes: the image of the Jobs, one with Winnow in it')
    .option('--parallelism <count>', 'with --all-nodes: nodes at once (3)')
    .option('--node-selector <labels>', 'with --all-nodes: only nodes with these labels, as kubectl takes them')
    .option('--fleet-namespace <name>', 'with --all-nodes: where the Jobs are made (winnow-node-gc)')
    .option('--deadline <duration>', 'with --all-nodes: how long a Job may take (10m)')
    .addOption(
      new Option(
        '--fleet-run <name>',
        'with --all-nodes: name of the run; one that was killed is gone on with under it',
      ).conflicts('every'),
    )
    .option(
      '--snapshot-out <place>',
      'with --all-nodes: write down which images the nodes use, for: winnow prune --cluster snapshot:FILE',
    )
    .option('--kubeconfig <file>', "with --all-nodes: whose nodes (as kubectl, or the pod's own account)")
    .option('--kube-context <name>', 'with --all-nodes: context of that file')
    .addOption(new Option('--fleet-report', 'end with lines that --all-nodes reads, as its Jobs do'))
    .addOption(new Option('--fleet-plan', 'with --fleet-report: tell the plan, too').conflicts('confirm'));
}

/** Of `apply`: for the plan of a fleet, and for the Jobs that it makes. */
export function addApplyFleetOptions(command: Command): Command {
  return command
    .option(
      '--fleet-image <image>',
      'of a plan for all nodes: the image of the Jobs (the one that it was planned with)',
    )
    .option('--parallelism <count>', 'of a plan for all nodes: nodes at once')
    .option('--deadline <duration>', 'of a plan for all nodes: how long a Job may take')
    .option('--kubeconfig <file>', 'of a plan for all nodes: whose nodes')
    .option('--kube-context <name>', 'of a plan for all nodes: context of that file')
    .option('--plan-sha256 <hash>', 'refuse any other plan than the one whose unpacked file has this hash')
    .option('--node-name <name>', 'with --fleet-report: the node')
    .addOption(new Option('--fleet-report', 'end with lines that a fleet reads, as its Jobs do'));
}
