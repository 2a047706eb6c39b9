import { explain } from '../../flows/explain.ts';
import { type ExitCode, exitCodes } from '../../report/exit-code.ts';
import { renderExplain } from '../../report/explain/render-explain.ts';
import { type AddCommand, action } from '../command.ts';
import { addOutputOption, type OutputFlags } from '../options/output.ts';
import { addCommonOptions, addReconcileOptions, addRegistryOptions, type SettingsFlags } from '../options/settings.ts';
import { makeReconcilePlan } from '../session/make-plan.ts';
import { withSession } from '../session/session.ts';
import { targetOf } from '../session/target.ts';
import type { Terminal } from '../terminal.ts';

interface ExplainFlags extends SettingsFlags, OutputFlags {}

export const addExplain: AddCommand = (parent) => {
  const command = parent
    .command('explain')
    .argument('<reference>', 'repository:tag, repository@sha256:…, or :tag of the default repository')
    .summary('tell why an image stays, or why it would go')
    .description(
      'Looks at registry and records as `reconcile` does, and shows the way back from one image to what keeps it.',
    )
    .addHelpText(
      'after',
      "\nExample:\n  winnow explain opschain/step-runner:change-4711 --records file:records.csv --transient 'opschain/*'",
    );
  addOutputOption(addReconcileOptions(addRegistryOptions(addCommonOptions(command)))).action(
    action<ExplainFlags>(explainOne),
  );
};

async function explainOne(
  terminal: Terminal,
  flags: ExplainFlags,
  [reference = '']: readonly string[],
): Promise<ExitCode> {
  return await withSession(terminal, flags, async (session) => {
    const { host } = await session.registry();
    const target = targetOf(reference, host, session.settings.defaultRepository);
    const planned = await makeReconcilePlan(session);
    await terminal.print(renderExplain(explain(planned, target), flags.output, terminal.paint));
    return exitCodes.done;
  });
}
