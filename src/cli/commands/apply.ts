import { type AddCommand, action } from '../command.ts';
import { addApplyFleetOptions } from '../options/node.ts';
import { addOutputOption } from '../options/output.ts';
import { repeatable } from '../options/repeatable.ts';
import { addCommonOptions, addRegistryOptions } from '../options/settings.ts';

export const addApply: AddCommand = (parent) => {
  const command = parent
    .command('apply')
    .argument('<plan>', 'a file that --plan-out wrote')
    .summary('do exactly what a saved plan says, or less')
    .description(
      'Applies a saved plan: nothing that is not in it, and less where the world has changed. Each target is looked at again just ' +
        'before it goes; the records are read again. Registry and records are those of the plan, unless others are given. Of a plan for all nodes ' +
        'of a cluster each is given its own part, by a Job. ' +
        'Without --confirm the plan is shown.',
    )
    .addHelpText('after', '\nExample:\n  winnow reconcile --plan-out plan.jsonl\n  winnow apply plan.jsonl --confirm');
  addOutputOption(addApplyFleetOptions(addRegistryOptions(addCommonOptions(command))))
    .addOption(repeatable('--records <spec>', 'a record source, where the plan can not tell it (credentials)'))
    .option('--fsck', 'of a plan of hard-prune: look for damage before anything is done, and again after it')
    .option('--confirm', 'do what the plan says')
    .action(action(async () => (await import('../actions/apply.ts')).applyFile));
};
