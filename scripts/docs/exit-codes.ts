import { type ExitCode, exitCodes } from '../../src/report/exit-code.ts';
import { tableOf } from './markdown.ts';

/** What each exit code says, after a dry run, after a run, and after an error. */
const meanings: Readonly<Record<keyof typeof exitCodes, readonly [string, string, string]>> = {
  done: [
    'it can be applied, or there is nothing to do; `fsck`: nothing is broken',
    'all was done, or there was nothing to do',
    '',
  ],
  failed: [
    '',
    'every request failed: nothing was done; `--fsck`: something is broken that was not before',
    'anything that is not listed below',
  ],
  usage: ['', '', 'settings, arguments, credentials, addresses, plan files: what you can put right'],
  partial: ['`fsck`: something is broken', 'something was skipped or failed, or the run was stopped', ''],
  limit: [
    'the plan breaks a limit, so that a pipeline stops before it is applied',
    '',
    'a limit, the lease, or a tag that something keeps',
  ],
  evidence: [
    'a gap keeps something, or hides what there is; `fsck`: something could not be looked at',
    'the same, and all else was done; or the records could not be read again; `--fsck`: no look after the run',
    'a storage could not be read whole',
  ],
  outdated: ['', 'the world has changed so much that nothing was left to do', 'the plan is too old'],
};

export function exitCodeTable(): readonly string[] {
  const rows = (Object.entries(exitCodes) as [keyof typeof exitCodes, ExitCode][]).map(([name, code]) => [
    String(code),
    ...meanings[name],
  ]);
  return tableOf(['exit', 'after a dry run', 'after a run', 'after an error'], rows);
}
