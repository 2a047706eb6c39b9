import { type AddCommand, action } from '../command.ts';
import { addOutputOption } from '../options/output.ts';
import { addCommonOptions } from '../options/settings.ts';

export const addRun: AddCommand = (parent) => {
  const command = parent.command('run').summary('look at past runs');
  const ls = command.command('ls').summary('list past runs, newest first');
  addOutputOption(addCommonOptions(ls)).action(action(async () => (await import('../actions/run.ts')).list));
  const show = command
    .command('show')
    .argument('<run>', 'a run of `winnow run ls`, or: last')
    .summary('show what a run did');
  addOutputOption(addCommonOptions(show)).action(action(async () => (await import('../actions/run.ts')).showOne));
};
