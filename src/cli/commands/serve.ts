import { type AddCommand, action } from '../command.ts';

export const addServe: AddCommand = (parent) => {
  parent
    .command('serve')
    .summary('run schedules, show what happens, and ask before it does')
    .description(
      'A service: it runs the schedules of the settings file (serve.schedules), each run as a process of its own, and remembers what ' +
        'each planned and did. Its pages show what would go and why; plans wait there for a yes, unless a schedule says otherwise. ' +
        'It answers on this machine alone unless it is told to listen elsewhere (serve.listen). SIGTERM ends it: runs finish what is in hand.',
    )
    .option('--config <file>', 'settings file')
    .option('--state-dir <dir>', 'where journals, leases and the history lie')
    .option('--listen <address>', 'where it answers: 127.0.0.1:8080')
    .option('--log-level <level>', 'debug, info, warn or error')
    .addHelpText('after', examples)
    .action(action(async () => (await import('../actions/serve.ts')).startService));
};

const examples = `
Examples:
  # See it on a made-up registry first
  winnow demo --serve

  # With the schedules of a settings file
  winnow serve --config /etc/winnow/winnow.yaml`;
