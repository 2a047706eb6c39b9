import { type AddCommand, action } from '../command.ts';
import { addOutputOption } from '../options/output.ts';
import { addCommonOptions, addReconcileOptions, addRegistryOptions } from '../options/settings.ts';

export const addDoctor: AddCommand = (parent) => {
  const command = parent
    .command('doctor')
    .summary('find out whether all that a run needs is there')
    .description(
      'Can I reach the registry, may I delete, what can it do, is its clock mine? Do the records answer? Can I write my journal? Nothing is changed in the registry.',
    );
  addOutputOption(addReconcileOptions(addRegistryOptions(addCommonOptions(command))))
    .option('--node', 'look at this node, its runtime and its settings, in place of the registry')
    .option('--runtime <address>', 'of --node: its socket: cri://PATH, docker://PATH (looked for)')
    .option('--root <dir>', "of --node: where the node's root is mounted (/)")
    .action(action(async () => (await import('../actions/doctor.ts')).doctor));
};
