import { applyFleetPlan } from '../../flows/apply-fleet-plan.ts';
import { assertApplicable } from '../../flows/apply-plan.ts';
import { type TakenPlan, takePlans } from '../../plan/fleet-plan.ts';
import type { FleetJobs } from '../../plan/fleet-scope.ts';
import type { ExitCode } from '../../report/exit-code.ts';
import { nodeFleetEvent } from '../../report/node/fleet-event.ts';
import { exitCodeOfFleetRun } from '../../report/node/fleet-outcome.ts';
import type { FleetReport } from '../../report/node/fleet-report.ts';
import { renderFleet } from '../../report/node/render-fleet.ts';
import type { OutputFlags } from '../options/output.ts';
import type { SettingsFlags } from '../options/settings.ts';
import { openFleet, toldSweep, waitMsFor } from '../session/fleet-session.ts';
import { runIdFor } from '../session/ids.ts';
import { applyOrder } from '../session/node-fleet-order.ts';
import { packedPlans } from '../session/packed-plans.ts';
import type { ReadPlan } from '../session/plan-file.ts';
import { forgetOldRuns } from '../session/run-plan.ts';
import { type Session, withSession } from '../session/session.ts';
import { sendSummary, warnOfSinks } from '../session/summary-event.ts';
import type { Terminal } from '../terminal.ts';

export interface ApplyFleetFlags extends SettingsFlags, OutputFlags {
  readonly confirm?: boolean;
}

/** Applies the saved plan of a fleet: on each node a Job that applies that node's own. @param show - shows it, where nothing is confirmed */
export async function applyToFleet(
  terminal: Terminal,
  plan: ReadPlan,
  flags: ApplyFleetFlags,
  planned: FleetJobs,
  show: () => Promise<ExitCode>,
): Promise<ExitCode> {
  const { header } = plan;
  return await withSession(terminal, flags, async (session) => {
    const plans = takePlans(header, await plan.collect());
    assertApplicable(header, terminal.nowMs());
    if (flags.confirm !== true) return await show();
    const packed = packedPlans(plans);
    await warnOfSinks(session);
    const report = await run(session, plan, { plans, packed, jobs: jobsNow(session, flags, planned) });
    await forgetOldRuns(session);
    await terminal.print(renderFleet(report, flags.output, terminal.paint));
    await sendSummary(session, nodeFleetEvent(report));
    return exitCodeOfFleetRun(report, header);
  });
}

interface Work {
  readonly plans: readonly TakenPlan[];
  /** By node. */
  readonly packed: ReadonlyMap<string, Uint8Array>;
  readonly jobs: FleetJobs;
}

async function run(session: Session, plan: ReadPlan, { plans, packed, jobs }: Work): Promise<FleetReport> {
  const { terminal, journal, settings } = session;
  const { header } = plan;
  const orderFor = (sha256: string) => applyOrder(jobs, { logLevel: settings.log.level, sha256 });
  const fleet = await openFleet(jobs, orderFor(''));
  try {
    const leases = await session.leases();
    const runId = runIdFor(header, await journal.runs(), terminal.nowMs());
    return await toldSweep(session, fleet, (onProgress) =>
      applyFleetPlan({
        ...{ header, planLines: plan.lines, runId, by: session.by, journal, leases, fleet, plans, onProgress },
        taskFor: ({ node, sha256 }) => {
          const { args } = orderFor(sha256);
          const bytes = packed.get(node);
          return bytes === undefined ? { args } : { args, plan: bytes };
        },
        ...{ parallelism: jobs.parallelism, maxFailures: jobs.maxFailures, waitMs: waitMsFor(jobs) },
        ...{ nowMs: terminal.nowMs, signal: terminal.signal },
      }),
    );
  } finally {
    await fleet.close();
  }
}

/** What the command line says counts, then which image and which cluster the settings name; all else is as it was planned. */
function jobsNow({ settings }: Session, flags: ApplyFleetFlags, planned: FleetJobs): FleetJobs {
  const { image, kubeconfig, context, parallelism, deadlineMs } = settings.nodeGc.fleet;
  return {
    ...planned,
    ...(image !== undefined && { image }),
    ...(kubeconfig !== undefined && { kubeconfig }),
    ...(context !== undefined && { context }),
    ...(flags.parallelism !== undefined && { parallelism }),
    ...(flags.deadline !== undefined && { deadlineMs }),
  };
}
