import { homedir } from 'node:os';
import { checkSettings } from '../../config/check.ts';
import { type FoundFile, findFile } from '../../config/find-file.ts';
import { settingsJsonSchema } from '../../config/json-schema.ts';
import { formatOrigin } from '../../config/problem.ts';
import { renderConfigProblems } from '../../report/config-problems.ts';
import { type ExitCode, exitCodes } from '../../report/exit-code.ts';
import { CodedError } from '../../util/pure/coded-error.ts';
import type { OutputFlags } from '../options/output.ts';
import type { SettingsFlags } from '../options/settings.ts';
import { readSettings } from '../session/session.ts';
import { shownProblem } from '../shown-problem.ts';
import type { Terminal } from '../terminal.ts';

interface ConfigFlags extends SettingsFlags, OutputFlags {}

export async function checkFile(terminal: Terminal, flags: ConfigFlags, [named]: readonly string[]): Promise<ExitCode> {
  const { path, text } = await fileToCheck(terminal, named ?? flags.config);
  const { problems, warnings } = checkSettings(text, path);
  const all = [...problems, ...warnings].map(shownProblem);
  await terminal.print(renderConfigProblems(problems.map(shownProblem), path, flags.output, terminal.paint));
  if (problems.length === 0)
    for (const { field, problem, hint } of all) terminal.say(`warning: ${field}: ${problem} (${hint})`);
  return problems.length === 0 ? exitCodes.done : exitCodes.usage;
}

/** The file that is named, or that would be used. @throws CONFIG_NOT_FOUND, CONFIG_UNREADABLE */
async function fileToCheck({ env, cwd }: Terminal, configPath: string | undefined): Promise<FoundFile> {
  const found = await findFile({ configPath, env, cwd, home: env['HOME'] ?? homedir() });
  if (found !== undefined) return found;
  throw new CodedError('CONFIG_NOT_FOUND', 'looking for a settings file: there is none in the usual places', {
    hint: 'name one: winnow config check FILE',
  });
}

export async function printSchema(terminal: Terminal): Promise<ExitCode> {
  await terminal.print([JSON.stringify(settingsJsonSchema(), null, 2)]);
  return exitCodes.done;
}

export async function viewSettings(terminal: Terminal, flags: SettingsFlags): Promise<ExitCode> {
  const { origins, file } = await readSettings(terminal, flags);
  terminal.say(file === undefined ? 'no settings file' : `settings file: ${file}`);
  await terminal.print(
    origins.map(({ path, value, origin }) => `${path}: ${value}  # ${formatOrigin(origin) || 'default'}`),
  );
  return exitCodes.done;
}
