import { cleanNodes, onEachNode } from '../../flows/node-fleet.ts';
import { planOfFleet } from '../../flows/node-fleet-plan.ts';
import { usesOnNodes, usesTakenAtMs } from '../../flows/node-fleet-snapshot.ts';
import { takeSnapshot } from '../../flows/take-snapshot.ts';
import type { Plan } from '../../plan/plan.ts';
import type { ExitCode } from '../../report/exit-code.ts';
import { nodeFleetEvent } from '../../report/node/fleet-event.ts';
import { exitCodeOfFleetPlan } from '../../report/node/fleet-outcome.ts';
import type { FleetReport, FleetSnapshot } from '../../report/node/fleet-report.ts';
import { renderFleet } from '../../report/node/render-fleet.ts';
import type { Fleet, FleetNode } from '../../systems/fleet/contract.ts';
import { CodedError } from '../../util/pure/coded-error.ts';
import { version } from '../../util/version.ts';
import type { CliErrorCode } from '../errors.ts';
import type { OutputFlags } from '../options/output.ts';
import type { SettingsFlags } from '../options/settings.ts';
import { fleetRunName, imageOf, openFleet, toldSweep, waitMsFor } from '../session/fleet-session.ts';
import { newPlanId } from '../session/ids.ts';
import { fleetOrder, jobsToApply } from '../session/node-fleet-order.ts';
import { writePlanFile } from '../session/plan-file.ts';
import { type Session, withSession } from '../session/session.ts';
import { openPlace } from '../session/snapshot-access.ts';
import { sendSummary, warnOfSinks } from '../session/summary-event.ts';
import type { Terminal } from '../terminal.ts';

export interface NodeFleetFlags extends SettingsFlags, OutputFlags {
  readonly confirm?: boolean;
  /** The run's name. */
  readonly fleetRun?: string;
  readonly snapshotOut?: string;
  readonly planOut?: string;
}

/** `node-gc --all-nodes`: a Job on each node, and what they tell. */
export async function nodeFleet(terminal: Terminal, flags: NodeFleetFlags): Promise<ExitCode> {
  return await withSession(terminal, flags, async (session) => {
    const { fleet: fleetSettings } = session.settings.nodeGc;
    const what = flags.confirm === true ? 'confirmed' : flags.planOut === undefined ? 'dry-run' : 'tell-plan';
    const order = fleetOrder(session.settings, what);
    const run = fleetRunName(flags.fleetRun, terminal.nowMs());
    // What is wrong with it is told before anything is begun.
    if (flags.snapshotOut !== undefined) nameForSnapshot(session);
    const fleet = await openFleet(fleetSettings, order);
    try {
      if (flags.confirm === true) await warnOfSinks(session);
      const { report, nodes } = await underLease(session, fleet, (stop) =>
        sweep(session, { fleet, args: order.args, run, flags }, stop),
      );
      const planned =
        flags.planOut === undefined ? { report } : await saved(session, fleet, { report, nodes }, flags.planOut);
      const whole =
        flags.snapshotOut === undefined
          ? planned.report
          : await withSnapshot(session, planned.report, flags.snapshotOut);
      await terminal.print(renderFleet(whole, flags.output, terminal.paint));
      await sendSummary(session, nodeFleetEvent(whole));
      return exitCodeOfFleetPlan(whole, planned.plan?.header);
    } finally {
      await fleet.close();
    }
  });
}

/** One fleet at a time in a cluster. */
async function underLease<T>(session: Session, fleet: Fleet, work: (stop: AbortSignal) => Promise<T>): Promise<T> {
  const { terminal, settings } = session;
  const leases = await session.leases();
  const lease = await leases.acquire(`fleet ${settings.cluster ?? fleet.name}`, session.by, terminal.signal);
  try {
    return await work(AbortSignal.any([terminal.signal, lease.lost]));
  } finally {
    await lease.release();
  }
}

interface SweepInput {
  readonly fleet: Fleet;
  readonly args: readonly string[];
  readonly run: { readonly given: string } | { readonly made: string };
  readonly flags: NodeFleetFlags;
}

interface Swept {
  readonly report: FleetReport;
  /** As they were listed. */
  readonly nodes: readonly FleetNode[];
}

async function sweep(session: Session, { fleet, args, run, flags }: SweepInput, stop: AbortSignal): Promise<Swept> {
  const { terminal, settings } = session;
  const { parallelism, maxFailures } = settings.nodeGc.fleet;
  const everywhere = onEachNode({ args });
  let listed: readonly FleetNode[] = [];
  const report = await toldSweep(session, fleet, (onProgress) =>
    cleanNodes(
      {
        ...{ fleet, run, parallelism, maxFailures, cluster: settings.cluster, onProgress },
        assign: (nodes) => {
          listed = nodes;
          return everywhere(nodes);
        },
        mode: flags.confirm === true ? 'apply' : 'plan',
        wantsPlan: flags.planOut !== undefined,
        waitMs: waitMsFor(settings.nodeGc.fleet),
        nowMs: terminal.nowMs,
      },
      stop,
    ),
  );
  return { report, nodes: listed };
}

/** Writes the plans that the nodes have told, as one. Of a fleet that was told to stop there is none: it did not see all. */
async function saved(
  session: Session,
  fleet: Fleet,
  { report, nodes }: Swept,
  file: string,
): Promise<{ readonly report: FleetReport; readonly plan?: Plan }> {
  const { settings, terminal } = session;
  const id = newPlanId('node-fleet', terminal.nowMs());
  if (report.stopped !== undefined) return { report: { ...report, plan: { id, why: report.stopped } } };
  const jobs = jobsToApply(settings, imageOf(settings.nodeGc.fleet));
  const plan = planOfFleet({
    ...{ id, report, nodes, cluster: settings.cluster, scope: { name: fleet.name, jobs } },
    ...{ shownPolicy: settings.nodeGc.policy, expiresAfterMs: settings.plan.expiresAfterMs },
  });
  await writePlanFile(file, plan);
  return { report: { ...report, plan: { id, file } }, plan };
}

/** What the nodes use, for `winnow prune --cluster snapshot:FILE`. */
async function withSnapshot(session: Session, report: FleetReport, to: string): Promise<FleetReport> {
  const { settings } = session;
  const name = nameForSnapshot(session);
  const place = await openPlace(session, to, AbortSignal.timeout(SNAPSHOT_MS));
  try {
    const cluster = {
      ...{ name, shown: report.fleet },
      uses: () => usesOnNodes(report, name, settings.nodeGc.fleet.selector),
    };
    const taken = await takeSnapshot(
      {
        ...{ cluster, place, by: version, options: { extractors: [] }, nowMs: () => usesTakenAtMs(report) },
        // One in which nothing is missing stays, until it is too old. That there are fewer nodes than before is no doubt: they were listed.
        ...{ allowGaps: false, allowDrop: true },
      },
      AbortSignal.timeout(SNAPSHOT_MS),
    );
    const snapshot: FleetSnapshot = {
      ...{ place: place.shown, written: taken.written, references: taken.references, gaps: taken.gaps.length },
      ...(!taken.written && { why: 'some nodes have not told, and nothing is missing in the one that lies there' }),
    };
    return { ...report, snapshot };
  } finally {
    await place.close();
  }
}

/** To write a file, also after a signal to stop: what was found out is not thrown away. */
const SNAPSHOT_MS = 60_000;

/** Not the cluster's own name: what runs on nodes is no survey of what a cluster may run next. @throws USAGE_INVALID */
function nameForSnapshot({ settings: { cluster } }: Pick<Session, 'settings'>): string {
  if (cluster !== undefined) return `${cluster}-nodes`;
  throw new CodedError<CliErrorCode>(
    'USAGE_INVALID',
    'going through all nodes: the cluster has no name, by which its snapshot could be told from those of others',
    { hint: 'give it one: --cluster-name prod-eu' },
  );
}
