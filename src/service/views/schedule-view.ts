import type { ScheduledFlow, ScheduleSettings } from '../../config/serve-settings.ts';
import type { RunRecord } from '../../systems/history/contract.ts';
import type { ScheduleView, Standing } from '../desk.ts';

/** A schedule with how it is set. Settings are absent where it was taken out of them a moment ago. */
export interface ScheduleRow {
  readonly schedule: ScheduleView;
  readonly settings: ScheduleSettings | undefined;
  /** As it would be typed. */
  readonly command: string;
}

export function scheduleRowsOf(standing: Standing, settings: readonly ScheduleSettings[]): readonly ScheduleRow[] {
  return standing.schedules.map((schedule) => {
    const own = settings.find(({ name }) => name === schedule.name);
    return { schedule, settings: own, command: planCommand(schedule.flow, own) };
  });
}

const commands: Readonly<Record<ScheduledFlow, readonly string[]>> = {
  reconcile: ['reconcile'],
  prune: ['prune'],
  'prune-images': ['prune', 'images'],
  'hard-prune': ['hard-prune'],
  'node-gc': ['node-gc'],
  'node-fleet': ['node-gc', '--all-nodes'],
};

/** The command that makes the plan of a schedule, for a shell. Nothing is removed by it. */
export function planCommand(
  flow: string,
  settings: Pick<ScheduleSettings, 'arguments' | 'config'> | undefined,
  more: readonly string[] = [],
): string {
  const command = Object.hasOwn(commands, flow) ? commands[flow as ScheduledFlow] : [flow];
  const config = settings?.config === undefined ? [] : ['--config', settings.config];
  return shellWords(['winnow', ...command, ...config, ...(settings?.arguments ?? []), ...more]);
}

/** What the plan of a run is called when it is saved. */
export function planFileName(run: Pick<RunRecord, 'id'>): string {
  return `${run.id}.plan.ndjson`;
}

/** The command that does what a person approves: exactly the plan that was saved. */
export function applyCommand(
  run: Pick<RunRecord, 'id'>,
  settings: Pick<ScheduleSettings, 'config'> | undefined,
): string {
  const config = settings?.config === undefined ? [] : ['--config', settings.config];
  return shellWords(['winnow', 'apply', planFileName(run), ...config, '--confirm']);
}

/** Words as a POSIX shell reads them back. */
export function shellWords(words: readonly string[]): string {
  return words.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)).join(' ');
}
