import { renderChecks } from '../../report/checks.ts';
import { exitCodeOfChecks } from '../../report/exit-code.ts';
import { type AddCommand, action } from '../command.ts';
import { addOutputOption, type OutputFlags } from '../options/output.ts';
import { addCommonOptions, addReconcileOptions, addRegistryOptions, type SettingsFlags } from '../options/settings.ts';
import { examine } from '../session/examine.ts';
import { withSession } from '../session/session.ts';

interface DoctorFlags extends SettingsFlags, OutputFlags {}

export const addDoctor: AddCommand = (parent) => {
  const command = parent
    .command('doctor')
    .summary('find out whether all that a run needs is there')
    .description(
      'Can I reach the registry, may I delete, what can it do, is its clock mine? Do the records answer? Can I write my journal? Changes nothing.',
    );
  addOutputOption(addReconcileOptions(addRegistryOptions(addCommonOptions(command)))).action(
    action<DoctorFlags>(async (terminal, flags) =>
      withSession(terminal, flags, async (session) => {
        const checks = await examine(session);
        await terminal.print(renderChecks(checks, flags.output, terminal.paint));
        return exitCodeOfChecks(checks);
      }),
    ),
  );
};
