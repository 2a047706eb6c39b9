import type { ScheduledFlow, ScheduleSettings } from '../../config/serve-settings.ts';
import type { RunFiles } from './run-files.ts';
import type { RunnerParts } from './runner-parts.ts';

const commands: Readonly<Record<ScheduledFlow, readonly string[]>> = {
  reconcile: ['reconcile'],
  prune: ['prune'],
  'prune-images': ['prune', 'images'],
  'hard-prune': ['hard-prune'],
  'node-gc': ['node-gc'],
  'node-fleet': ['node-gc', '--all-nodes'],
};

/** Flows whose command lists all that it saw. */
const withInventory: ReadonlySet<ScheduledFlow> = new Set(['reconcile', 'prune']);
const withEvidence: ReadonlySet<ScheduledFlow> = new Set(['prune']);

type Place = Pick<RunnerParts, 'stateDir' | 'config'>;

/** Makes a plan. @param more - arguments for this run alone */
export function planArguments(
  schedule: ScheduleSettings,
  more: readonly string[],
  files: RunFiles,
  place: Place,
): readonly string[] {
  const { flow } = schedule;
  return [
    ...[...commands[flow], ...common(schedule, place), '--plan-out', files.plan],
    ...(withInventory.has(flow) ? ['--inventory-out', files.inventory] : []),
    ...(withEvidence.has(flow) ? ['--evidence-out', files.evidence] : []),
    ...[...schedule.arguments, ...more],
  ];
}

/** Applies a plan. Its scope is in it; how to reach that may stand in the arguments of the schedule. */
export function applyArguments(schedule: ScheduleSettings, planFile: string, place: Place): readonly string[] {
  const known = schedule.flow === 'node-fleet' ? [...withValue, ...ofFleets] : [...withValue];
  return ['apply', planFile, '--confirm', ...common(schedule, place), ...accessArguments(schedule.arguments, known)];
}

/** Brings back what one journal tells of. */
export function undoArguments(schedule: ScheduleSettings, journal: string, place: Place): readonly string[] {
  return ['undo', journal, ...common(schedule, place), ...accessArguments(schedule.arguments)];
}

/** Tries other policies on saved evidence. @param against - settings with the policies that they are compared with */
export function policyTestArguments(evidence: string, tried: string, against: string | undefined): readonly string[] {
  const compared = against === undefined ? [] : ['--against', against];
  return ['policy', 'test', evidence, '--config', tried, ...compared, '-o', 'json'];
}

function common(schedule: ScheduleSettings, { stateDir, config }: Place): readonly string[] {
  const settings = schedule.config ?? config;
  return ['--state-dir', stateDir, ...(settings === undefined ? [] : ['--config', settings]), '-o', 'json'];
}

/** Options that `apply` and `undo` know as well as the commands that plan: how a registry is reached. */
const withValue: ReadonlySet<string> = new Set([
  ...['--registry', '--registry-url', '--certificate-authority', '--client-certificate', '--client-key'],
  ...['--username', '--password-file', '--auth-file', '--product', '--concurrency', '--retries', '--log-level'],
]);
const without: ReadonlySet<string> = new Set(['--force-insecure']);
/** What `apply` knows besides: how the Jobs of a fleet are made. */
const ofFleets = ['--fleet-image', '--kubeconfig', '--kube-context', '--parallelism', '--deadline'];

function accessArguments(given: readonly string[], known: readonly string[] = [...withValue]): readonly string[] {
  const found: string[] = [];
  for (const [at, argument] of given.entries()) {
    const [name = ''] = argument.split('=', 1);
    if (without.has(argument) || (known.includes(name) && argument.includes('='))) found.push(argument);
    else if (known.includes(argument)) found.push(argument, ...given.slice(at + 1, at + 2));
  }
  return found;
}
