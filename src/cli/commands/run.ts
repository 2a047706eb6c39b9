import { pastRuns, runStory } from '../../flows/run-history.ts';
import { type ExitCode, exitCodes } from '../../report/exit-code.ts';
import { renderRuns } from '../../report/lists/runs.ts';
import { renderRunStory } from '../../report/run/render-run-story.ts';
import { type RunSummary, summarizeRun } from '../../report/run/run-summary.ts';
import { journals } from '../../systems/journal/index.ts';
import { type AddCommand, action } from '../command.ts';
import { addOutputOption, type OutputFlags } from '../options/output.ts';
import { addCommonOptions, type SettingsFlags } from '../options/settings.ts';
import { runIdOf } from '../session/run-id.ts';
import { readSettings } from '../session/session.ts';
import type { Terminal } from '../terminal.ts';

interface RunFlags extends SettingsFlags, OutputFlags {}

export const addRun: AddCommand = (parent) => {
  const command = parent.command('run').summary('look at past runs');
  const ls = command.command('ls').summary('list past runs, newest first');
  addOutputOption(addCommonOptions(ls)).action(action<RunFlags>(list));
  const show = command
    .command('show')
    .argument('<run>', 'a run of `winnow run ls`, or: last')
    .summary('show what a run did');
  addOutputOption(addCommonOptions(show)).action(action<RunFlags>(showOne));
};

async function list(terminal: Terminal, flags: RunFlags): Promise<ExitCode> {
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

async function showOne(terminal: Terminal, flags: RunFlags, [name = '']: readonly string[]): Promise<ExitCode> {
  const { settings } = await readSettings(terminal, flags);
  const journal = journals.file(settings.stateDir);
  const runId = await runIdOf(journal, name);
  const story = await runStory(journal, runId);
  await terminal.print(renderRunStory(runId, story, flags.output, terminal.paint));
  return exitCodes.done;
}
