import { type AddCommand, action } from '../command.ts';
import { addOutputOption } from '../options/output.ts';

export const addPolicy: AddCommand = (parent) => {
  const command = parent.command('policy').summary('try policies of `prune`');
  const test = command
    .command('test')
    .argument('<evidence>', 'a file that `winnow prune --evidence-out` wrote')
    .summary('tell what policies would have done, and what is different from others')
    .description(
      'Decides by saved evidence, as of its time. Nothing is asked and nothing is touched. With --config, those policies are compared ' +
        'with the ones of the settings file that would be used without it; with --against, with those.',
    )
    .option('--config <file>', 'settings file with the policies to try; default: the one that would be used')
    .option('--against <file>', 'settings file with the policies to compare with')
    .addHelpText('after', '\nExample:\n  winnow policy test evidence.ndjson --config new.yaml --against winnow.yaml');
  addOutputOption(test).action(action(async () => (await import('../actions/policy.ts')).testPolicies));
};
