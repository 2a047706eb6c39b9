import { Option } from 'commander';
import { type AddCommand, action } from '../command.ts';
import { addFleetOptions, addNodeCommonOptions, addNodeGcOptions, addRuntimeOptions } from '../options/node.ts';
import { addOutputOption } from '../options/output.ts';

export const addNodeGc: AddCommand = (parent) => {
  const command = parent
    .command('node-gc')
    .summary('remove containers, sandboxes and images that a node does not need')
    .description(
      "Asks the node's container runtime, through its own API, what there is: containers that have ended and were replaced, sandboxes that " +
        'are not ready, images that no container uses. What runs, is pinned, is needed to make sandboxes, or is named by workloads stays. ' +
        'The bytes that a removal frees are known exactly beforehand where the runtime is containerd. Without --confirm nothing is removed.',
    )
    .addHelpText('after', examples);
  addOutputOption(addFleetOptions(addNodeGcOptions(addRuntimeOptions(addNodeCommonOptions(command)))))
    .option('--confirm', 'do what the plan says')
    .addOption(
      new Option('--dry-run', 'only plan; this is the default, and refused together with --confirm').conflicts(
        'confirm',
      ),
    )
    .option('--every <duration>', 'run again after so long, until stopped')
    .option('--plan-out <file>', 'save the plan, to be applied with: winnow apply FILE --confirm')
    .option('--show-kept', 'list everything that stays, with its reason')
    .action(action(async () => (await import('../actions/node-gc.ts')).nodeGc));
};

const examples = `
Examples:
  # What would go, and how many bytes would that free? (as root, or in the group of the socket)
  winnow node-gc

  # As a CronJob does it: containers, sandboxes and images that are not in use
  winnow node-gc --containers ended --sandboxes not-ready --confirm

  # Only when the disk is 85 % full, and only until it is at 80 %
  winnow node-gc --high-watermark 85 --low-watermark 80 --confirm

  # As a DaemonSet does it: every six hours, until it is stopped
  winnow node-gc --every 6h --confirm

  # Every node of the cluster, five at once, each by a Job of its own; what would go?
  winnow node-gc --all-nodes --fleet-image registry.example/winnow:1.2.3 --parallelism 5

  # The same, to be looked at, and then to be done exactly so
  winnow node-gc --all-nodes --fleet-image registry.example/winnow:1.2.3 --plan-out nodes.jsonl
  winnow apply nodes.jsonl --confirm

  # Images of one build only
  winnow node-gc --runtime docker:///var/run/docker.sock --min-pull-age 0s --label opschain.change_id=abc123`;
