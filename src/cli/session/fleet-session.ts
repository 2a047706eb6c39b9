import { randomBytes } from 'node:crypto';
import type { FleetJobs } from '../../plan/fleet-scope.ts';
import type { FleetReport } from '../../report/node/fleet-report.ts';
import type { Fleet } from '../../systems/fleet/contract.ts';
import { fleets } from '../../systems/fleet/index.ts';
import { CodedError } from '../../util/pure/coded-error.ts';
import type { CliErrorCode } from '../errors.ts';
import { startProgress } from '../progress.ts';
import type { FleetOrder } from './node-fleet-order.ts';
import type { Session } from './session.ts';

/** After a Job's time: for its controller to end it, and to say so. */
const GRACE_MS = 120_000;

/** How long a Job is waited for. */
export const waitMsFor = ({ deadlineMs }: Pick<FleetJobs, 'deadlineMs'>) => deadlineMs + GRACE_MS;

type Opening = Pick<FleetJobs, 'namespace' | 'serviceAccount' | 'imagePullSecrets' | 'registrySecret' | 'resources'> &
  Pick<FleetJobs, 'kubeconfig' | 'context' | 'deadlineMs' | 'ttlAfterFinishedMs'> & {
    readonly image?: string;
    readonly selector?: string;
  };

/** @throws USAGE_INVALID without an image; FLEET_SETTINGS_INVALID */
export async function openFleet(jobs: Opening, { mounts, needsToken }: FleetOrder): Promise<Fleet> {
  return await fleets.kubernetes({ ...jobs, image: imageOf(jobs), mounts, needsToken });
}

/** @throws USAGE_INVALID */
export function imageOf({ image }: { readonly image?: string }): string {
  if (image !== undefined) return image;
  throw new CodedError<CliErrorCode>('USAGE_INVALID', 'going through all nodes: no image is named for the Jobs', {
    hint: 'name one with Winnow in it: --fleet-image registry.example/winnow:1.2.3, or nodeGc.fleet.image',
  });
}

/** Goes through nodes, and tells the terminal and the log of it. */
export async function toldSweep(
  { terminal, log }: Session,
  fleet: Fleet,
  sweep: (onProgress: (done: number, of: number) => void) => Promise<FleetReport>,
): Promise<FleetReport> {
  const progress = startProgress(terminal, `cleaning the nodes, by ${fleet.name}`);
  try {
    const report = await sweep((done, of) => progress.update(done, `${done} of ${of} nodes`, of));
    for (const { node, outcome, job, why } of report.nodes)
      log.info('node', {
        ...{ run_id: report.run, node, outcome },
        ...(job !== undefined && { job }),
        ...(why !== undefined && { why }),
      });
    return report;
  } finally {
    progress.stop();
  }
}

/** What Jobs carry as their run. @throws USAGE_INVALID */
export function fleetRunName(
  given: string | undefined,
  nowMs: number,
): { readonly given: string } | { readonly made: string } {
  if (given === undefined) {
    const time = new Date(nowMs)
      .toISOString()
      .replace(/[-:]|\.\d+/g, '')
      .toLowerCase();
    return { made: `${time}-fleet-${randomBytes(3).toString('hex')}` };
  }
  if (/^[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?$/i.test(given)) return { given };
  throw new CodedError<CliErrorCode>(
    'USAGE_INVALID',
    `going through all nodes: ${JSON.stringify(given)} is no name of a run`,
    {
      hint: 'take up to 63 letters, digits, dots and dashes: --fleet-run nightly-20260401',
    },
  );
}
