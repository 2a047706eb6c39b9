import { resolve } from 'node:path';
import { type ExitCode, exitCodes } from '../../report/exit-code.ts';
import { serve } from '../../service/serve.ts';
import { openLog } from '../log.ts';
import type { SettingsFlags } from '../options/settings.ts';
import { readSettings } from '../session/session.ts';
import type { Terminal } from '../terminal.ts';

export async function startService(terminal: Terminal, flags: SettingsFlags): Promise<ExitCode> {
  const { env, nowMs, signal } = terminal;
  const loaded = await readSettings(terminal, flags);
  for (const warning of loaded.warnings) terminal.say(`${terminal.paint.yellow('warning:')} ${warning}`);
  await serve({
    loaded,
    reload: async () => await readSettings(terminal, flags),
    command: { file: process.execPath, args: [resolve(process.argv[1] ?? '')] },
    ...{ env, nowMs, signal },
    log: openLog(loaded.settings.log, nowMs, terminal.say),
    onListening: (url) => terminal.say(`listening at ${url}`),
  });
  return exitCodes.done;
}
