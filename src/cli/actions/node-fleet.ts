import { randomBytes } from 'node:crypto';
import { cleanNodes } from '../../flows/node-fleet.ts';
import { usesOnNodes, usesTakenAtMs } from '../../flows/node-fleet-snapshot.ts';
import { takeSnapshot } from '../../flows/take-snapshot.ts';
import type { ExitCode } from '../../report/exit-code.ts';
import { nodeFleetEvent } from '../../report/node/fleet-event.ts';
import { exitCodeOfFleet } from '../../report/node/fleet-outcome.ts';
import type { FleetReport, FleetSnapshot } from '../../report/node/fleet-report.ts';
import { renderFleet } from '../../report/node/render-fleet.ts';
import type { Fleet } from '../../systems/fleet/contract.ts';
import { fleets } from '../../systems/fleet/index.ts';
import { CodedError } from '../../util/pure/coded-error.ts';
import { version } from '../../util/version.ts';
import type { CliErrorCode } from '../errors.ts';
import type { OutputFlags } from '../options/output.ts';
import type { SettingsFlags } from '../options/settings.ts';
import { startProgress } from '../progress.ts';
import { fleetOrder } from '../session/node-fleet-order.ts';
import { type Session, withSession } from '../session/session.ts';
import { openPlace } from '../session/snapshot-access.ts';
import { sendSummary, warnOfSinks } from '../session/summary-event.ts';
import type { Terminal } from '../terminal.ts';

export interface NodeFleetFlags extends SettingsFlags, OutputFlags {
  readonly confirm?: boolean;
  /** The run's name. */
  readonly fleetRun?: string;
  readonly snapshotOut?: string;
}

/** After a Job's time: for its controller to end it, and to say so. */
const GRACE_MS = 120_000;

/** `node-gc --all-nodes`: a Job on each node, and what they tell. */
export async function nodeFleet(terminal: Terminal, flags: NodeFleetFlags): Promise<ExitCode> {
  return await withSession(terminal, flags, async (session) => {
    const { settings } = session;
    const { args, ...opening } = fleetOrder(settings, flags.confirm === true);
    const run = runName(flags.fleetRun, terminal.nowMs());
    // What is wrong with it is told before anything is begun.
    if (flags.snapshotOut !== undefined) nameForSnapshot(session);
    const fleet = await openFleet(session, opening);
    try {
      if (flags.confirm === true) await warnOfSinks(session);
      const report = await underLease(session, fleet, (stop) => sweep(session, { fleet, args, run, flags }, stop));
      const whole = flags.snapshotOut === undefined ? report : await withSnapshot(session, report, flags.snapshotOut);
      await terminal.print(renderFleet(whole, flags.output, terminal.paint));
      await sendSummary(session, nodeFleetEvent(whole));
      return exitCodeOfFleet(whole);
    } finally {
      await fleet.close();
    }
  });
}

async function openFleet({ settings }: Session, opening: Pick<ReturnType<typeof fleetOrder>, 'mounts' | 'needsToken'>) {
  const { image } = settings.nodeGc.fleet;
  if (image === undefined)
    throw new CodedError<CliErrorCode>('USAGE_INVALID', 'going through all nodes: no image is named for the Jobs', {
      hint: 'name one with Winnow in it: --fleet-image registry.example/winnow:1.2.3, or nodeGc.fleet.image',
    });
  return await fleets.kubernetes({ ...settings.nodeGc.fleet, image, ...opening });
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

async function sweep(
  session: Session,
  { fleet, args, run, flags }: SweepInput,
  stop: AbortSignal,
): Promise<FleetReport> {
  const { terminal, settings, log } = session;
  const { parallelism, maxFailures, deadlineMs } = settings.nodeGc.fleet;
  const progress = startProgress(terminal, `cleaning the nodes, by ${fleet.name}`);
  try {
    const report = await cleanNodes(
      {
        ...{ fleet, args, run, parallelism, maxFailures, cluster: settings.cluster },
        mode: flags.confirm === true ? 'apply' : 'plan',
        waitMs: deadlineMs + GRACE_MS,
        nowMs: terminal.nowMs,
        onProgress: (done, of) => progress.update(done, `${done} of ${of} nodes`, of),
      },
      stop,
    );
    for (const { node, outcome, job, why } of report.nodes)
      log.info('node', {
        run_id: report.run,
        node,
        outcome,
        ...(job !== undefined && { job }),
        ...(why !== undefined && { why }),
      });
    return report;
  } finally {
    progress.stop();
  }
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

/** @throws USAGE_INVALID */
function runName(given: string | undefined, nowMs: number): SweepInput['run'] {
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
