import { pastRuns, runStory } from '../../flows/run-history.ts';
import { type ExitCode, exitCodes } from '../../report/exit-code.ts';
import { renderRuns } from '../../report/lists/runs.ts';
import { renderRunStory } from '../../report/run/render-run-story.ts';
import { type RunSummary, summarizeRun } from '../../report/run/run-summary.ts';
import { journals } from '../../systems/journal/index.ts';
import type { OutputFlags } from '../options/output.ts';
import type { SettingsFlags } from '../options/settings.ts';
import { runIdOf } from '../session/run-id.ts';
import { readSettings } from '../session/session.ts';
import type { Terminal } from '../terminal.ts';

interface RunFlags extends SettingsFlags, OutputFlags {}

export async function list(terminal: Terminal, flags: RunFlags): Promise<ExitCode> {
  const { settings } = await readSettings(terminal, flags);
  const journal = journals.file(settings.stateDir);
  const rows: RunSummary[] = [];
  for await (const { runId, story } of pastRuns(journal)) {
    if (story !== undefined) rows.push(summarizeRun(runId, story));
    else terminal.say(`warning: the journal of ${runId} can not be read; nothing is known of that run`);
  }
  await terminal.print(renderRuns(rows, flags.output, terminal.paint));
  return exitCodes.done;
}

export async function showOne(terminal: Terminal, flags: RunFlags, [name = '']: readonly string[]): Promise<ExitCode> {
  const { settings } = await readSettings(terminal, flags);
  const journal = journals.file(settings.stateDir);
  const runId = await runIdOf(journal, name);
  const story = await runStory(journal, runId);
  await terminal.print(renderRunStory(runId, story, flags.output, terminal.paint));
  return exitCodes.done;
}
