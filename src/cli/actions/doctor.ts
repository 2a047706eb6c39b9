import { renderChecks } from '../../report/checks.ts';
import { type ExitCode, exitCodeOfChecks } from '../../report/exit-code.ts';
import type { OutputFlags } from '../options/output.ts';
import type { SettingsFlags } from '../options/settings.ts';
import { examine } from '../session/examine.ts';
import { withSession } from '../session/session.ts';
import type { Terminal } from '../terminal.ts';

interface DoctorFlags extends SettingsFlags, OutputFlags {}

export async function doctor(terminal: Terminal, flags: DoctorFlags): Promise<ExitCode> {
  return await withSession(terminal, flags, async (session) => {
    const checks = await examine(session);
    await terminal.print(renderChecks(checks, flags.output, terminal.paint));
    return exitCodeOfChecks(checks);
  });
}
