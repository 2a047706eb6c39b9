/*
 * Arguments of runs that a schedule can't give: they are the service's own, or would make a run that does not end, asks nobody, or
 * deletes without a plan that was looked at.
 */
const own: ReadonlyMap<string, string> = new Map([
  ['--confirm', 'whether a plan is applied is what `mode` says'],
  ['--dry-run', 'whether a plan is applied is what `mode` says'],
  ['--plan-out', 'the service keeps plans in its history'],
  ['--inventory-out', 'the service keeps inventories in its history'],
  ['--evidence-out', 'the service keeps the evidence of its last run'],
  ['--mark-out', 'it makes no plan'],
  ['--restore-read-write', 'it makes no plan'],
  ['--output', 'the service reads the output itself'],
  ['--show-kept', 'the service reads the output itself'],
  ['--config', 'settings of a schedule stand in `config`'],
  ['--state-dir', 'all runs share the state directory of the service'],
  ['--every', 'how often it runs is what `cron` says'],
  ['--all-nodes', 'that is the flow node-fleet'],
  ['--fleet-run', 'the service names the runs'],
  ['--fleet-report', 'the service reads the output itself'],
  ['--fleet-plan', 'the service reads the output itself'],
  ['--help', 'it runs nothing'],
  ['--version', 'it runs nothing'],
]);
const shortOnes: ReadonlyMap<string, string> = new Map([
  ['-o', '--output'],
  ['-h', '--help'],
  ['-V', '--version'],
]);

/** @returns why an argument is not a schedule's to give; undefined where it is. */
export function ownedByService(argument: string): string | undefined {
  if (argument === '--') return 'nothing may come behind the arguments';
  const [name = ''] = argument.split('=', 1);
  return own.get(name) ?? own.get(shortOnes.get(argument.slice(0, 2)) ?? '');
}
