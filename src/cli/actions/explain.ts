import { explain } from '../../flows/explain.ts';
import { type ExitCode, exitCodes } from '../../report/exit-code.ts';
import { renderExplain } from '../../report/explain/render-explain.ts';
import type { OutputFlags } from '../options/output.ts';
import type { SettingsFlags } from '../options/settings.ts';
import { makeReconcilePlan } from '../session/make-plan.ts';
import { withSession } from '../session/session.ts';
import { targetOf } from '../session/target.ts';
import type { Terminal } from '../terminal.ts';

interface ExplainFlags extends SettingsFlags, OutputFlags {}

export async function explainOne(
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
