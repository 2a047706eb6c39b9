import { homedir } from 'node:os';
import { type LoadedSettings, loadSettings } from '../../config/load.ts';
import { type NamedPolicy, testPolicy } from '../../flows/policy-test.ts';
import { type ExitCode, exitCodes } from '../../report/exit-code.ts';
import { renderPolicyTest } from '../../report/policy-test/render-policy-test.ts';
import type { OutputFlags } from '../options/output.ts';
import { readEvidenceFile } from '../session/evidence-file.ts';
import type { Terminal } from '../terminal.ts';

interface PolicyTestFlags extends OutputFlags {
  readonly config?: string;
  readonly against?: string;
}

export async function testPolicies(
  terminal: Terminal,
  flags: PolicyTestFlags,
  [path = '']: readonly string[],
): Promise<ExitCode> {
  const tested = await load(terminal, flags.config);
  for (const warning of tested.warnings) terminal.say(`${terminal.paint.yellow('warning:')} ${warning}`);
  const against = await othersThan(terminal, flags);
  const saved = await readEvidenceFile(path);
  const result = testPolicy(saved, named(tested), against);
  await terminal.print(renderPolicyTest(result, flags.output, terminal.paint));
  return exitCodes.done;
}

/** Those that are named; else, where the tested ones are named, those that hold now. */
async function othersThan(terminal: Terminal, { config, against }: PolicyTestFlags): Promise<NamedPolicy | undefined> {
  if (against !== undefined) return named(await load(terminal, against));
  if (config === undefined) return undefined;
  const usual = await load(terminal, undefined);
  return usual.file === undefined ? undefined : named(usual);
}

async function load({ env, cwd }: Terminal, config: string | undefined): Promise<LoadedSettings> {
  return await loadSettings({
    flags: config === undefined ? {} : { config },
    env,
    cwd,
    home: env['HOME'] ?? homedir(),
  });
}

function named({ settings, file }: LoadedSettings): NamedPolicy {
  return { name: file ?? 'no settings file', policy: settings.prune.policy };
}
