import { hasFailed } from '../report/node/fleet-outcome.ts';
import type { FleetOutcome, FleetReport, FleetRow } from '../report/node/fleet-report.ts';
import type { Fleet, FleetNode, JobReport, NodeJob, NodeTask } from '../systems/fleet/contract.ts';
import { CodedError, messageOf } from '../util/pure/coded-error.ts';
import { type AskedOfJob, rowOfJob } from './node-fleet-report.ts';

export interface NodeFleetInput {
  readonly fleet: Fleet;
  /** The cluster's name, for the report. */
  readonly cluster: string | undefined;
  /**
   * The run's name. `given`: it is gone on with where it has Jobs already. `made`: an earlier run whose Jobs are still under way, and do the
   * same, is gone on with in its place.
   */
  readonly run: { readonly given: string } | { readonly made: string };
  /** Which of them, and what is to be done there. */
  readonly assign: (nodes: readonly FleetNode[]) => Assigned;
  readonly mode: 'plan' | 'apply';
  /** That each Job tells its plan. Default: none does. */
  readonly wantsPlan?: boolean;
  /** Nodes at once. */
  readonly parallelism: number;
  /** With so many failed nodes no further one is begun; 0: never. */
  readonly maxFailures: { readonly nodes: number } | { readonly share: number };
  /** How long to wait for a Job: its own time, and a little more for the cluster to say so. */
  readonly waitMs: number;
  readonly nowMs: () => number;
  readonly onProgress: (done: number, of: number) => void;
  /** Called before a Job is made on a node: what it throws ends the fleet. */
  readonly onBegin?: (node: string) => Promise<void>;
  /** Called with what became of each node, those too that were left alone: what it throws ends the fleet. */
  readonly onRow?: (row: FleetRow) => Promise<void>;
}

/** What is to be done on the nodes of a cluster. */
export interface Assigned {
  readonly meant: readonly Assignment[];
  /** Nodes that are left alone. */
  readonly rows: readonly FleetRow[];
}

export interface Assignment {
  readonly node: string;
  readonly task: NodeTask;
}

/** The same on all nodes that can be cleaned. */
export function onEachNode(task: NodeTask): NodeFleetInput['assign'] {
  return (nodes) => ({
    rows: nodes.flatMap((node) => skippedRow(node) ?? []),
    meant: nodes.filter((node) => skippedRow(node) === undefined).map(({ name }) => ({ node: name, task })),
  });
}

/**
 * Has every node of a cluster cleaned by a Job of its own, and gathers what they tell.
 *
 * @param stop - no further node is begun when it is aborted; those in hand are waited for, as long as `waitMs` says: the cluster ends them
 *   after their time, also when nobody waits
 * @throws FLEET_… where nodes or Jobs can not even be listed
 */
export async function cleanNodes(input: NodeFleetInput, stop: AbortSignal): Promise<FleetReport> {
  const { fleet, nowMs } = input;
  const beganAtMs = nowMs();
  const { rows, meant } = input.assign(await fleet.nodes(stop));
  const jobs = await fleet.jobs(stop);
  const run = runOf(input, jobs, meant);
  for (const row of rows) await input.onRow?.(row);
  const sweep: Sweep = { ...input, jobs, run: run.name, stop, hands: new AbortController().signal };
  const allowed = allowedFailures(input, meant.length);
  const swept = await sweepNodes(sweep, meant, allowed);
  const failed = swept.filter(hasFailed).length;
  const isUnfinished = swept.some(({ outcome }) => outcome === 'not-begun');
  const cause: unknown = stop.reason;
  return {
    ...{ run: run.name, wasResumed: run.wasResumed, fleet: fleet.name, mode: input.mode },
    ...(input.cluster !== undefined && { cluster: input.cluster }),
    ...{ beganAtMs, endedAtMs: nowMs() },
    nodes: [...rows, ...swept].sort((a, b) => (a.node < b.node ? -1 : 1)),
    ...(isUnfinished && failed >= allowed && { breaker: { failed, allowed } }),
    ...(isUnfinished && stop.aborted && { stopped: stoppedBy(cause) }),
  };
}

/** What all nodes of a run have in common. */
interface Sweep extends Omit<NodeFleetInput, 'run'> {
  readonly run: string;
  /** As they were when the run began. */
  readonly jobs: readonly NodeJob[];
  readonly stop: AbortSignal;
  /** For what was begun: it is not let go of. */
  readonly hands: AbortSignal;
}

/** @returns a row for each node, in the order in which they came to their end */
async function sweepNodes(sweep: Sweep, meant: readonly Assignment[], allowed: number): Promise<readonly FleetRow[]> {
  const rows: FleetRow[] = [];
  const left = inOrder(sweep, meant);
  const work = async () => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) {
      const why = whyNoFurther(sweep, rows, allowed);
      const row: FleetRow =
        why === undefined ? await cleanNode(sweep, next) : { node: next.node, outcome: 'not-begun', why };
      rows.push(row);
      await sweep.onRow?.(row);
      sweep.onProgress(rows.length, meant.length);
    }
  };
  // What ends the fleet ends it for all, and what is in hand is waited for.
  const worker = () => work().finally(() => left.splice(0));
  const ends = await Promise.allSettled(Array.from({ length: Math.min(sweep.parallelism, meant.length) }, worker));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
  return rows;
}

/** Nodes on which this run has something under way come first: to the cluster they count as begun already. */
function inOrder({ jobs, run }: Sweep, meant: readonly Assignment[]): Assignment[] {
  const underWay = new Set(jobs.filter((job) => job.run === run && job.state === 'running').map(({ node }) => node));
  return [...meant.filter(({ node }) => underWay.has(node)), ...meant.filter(({ node }) => !underWay.has(node))];
}

function whyNoFurther({ stop }: Sweep, rows: readonly FleetRow[], allowed: number): string | undefined {
  if (stop.aborted) return stoppedBy(stop.reason);
  return rows.filter(hasFailed).length >= allowed ? 'too many nodes had failed' : undefined;
}

/** Whatever goes wrong with one node is that node's, and the others go on. */
async function cleanNode(sweep: Sweep, { node, task }: Assignment): Promise<FleetRow> {
  const { fleet, run, mode, wantsPlan = false, hands } = sweep;
  const asked: AskedOfJob = { mode, wantsPlan };
  let mayHaveBegun = false;
  try {
    // Asked anew for each node: one may have begun since, of somebody who does not share the lease.
    const other = (await fleet.jobs(hands, node)).find((job) => job.run !== run && job.state === 'running');
    if (other !== undefined) {
      const why = `Job ${other.name} of another run, ${other.run}, is under way there`;
      return { node, outcome: 'busy', why, job: other.name };
    }
    await sweep.onBegin?.(node);
    mayHaveBegun = true;
    const begun = await fleet.begin({ node, run, ...task }, hands);
    if (begun.orderHash !== fleet.orderHash(task))
      return {
        node,
        outcome: 'unknown',
        why: `the run ${run} has a Job there that does something else`,
        job: begun.name,
      };
    const ended = await fleet.awaitEnd(begun, sweep.waitMs, hands);
    return await rowOfJob(ended, await toldBy(fleet, ended, hands), asked);
  } catch (error) {
    if (!(error instanceof CodedError) || !/^FLEET_/.test(error.code)) throw error;
    const outcome: FleetOutcome =
      error.code === 'FLEET_JOB_REFUSED' || error.code === 'FLEET_FORBIDDEN' ? 'failed' : 'unknown';
    const why = `${error.code}: ${messageOf(error)}`;
    return { node, outcome, why, ...(mayHaveBegun && outcome === 'unknown' && { isSilent: true as const }) };
  }
}

async function toldBy(fleet: Fleet, job: NodeJob, hands: AbortSignal): Promise<JobReport> {
  if (job.state === 'running' || job.state === 'gone') return 'no-log';
  try {
    return await fleet.report(job, hands);
  } catch (error) {
    // The cluster says why a Job failed, whether its log can be read or not.
    if (job.state === 'failed' && error instanceof CodedError && error.code === 'FLEET_CLUSTER_FAILED') return 'no-log';
    throw error;
  }
}

/** A node that does not answer, or gets nothing new, is left alone; of others than Linux nothing is known here. */
export function skippedRow({ name: node, isReady, isCordoned, os }: FleetNode): FleetRow | undefined {
  const skipped = (why: string): FleetRow => ({ node, outcome: 'skipped', why });
  if (os !== '' && os !== 'linux') return skipped(`its system is ${os}`);
  if (!isReady) return skipped('it is not ready');
  return isCordoned ? skipped('it is cordoned') : undefined;
}

/** An unfinished run that does the same was killed, for its lease is ours now: to go on with it makes no second Job anywhere. */
function runOf(
  { run, fleet }: NodeFleetInput,
  jobs: readonly NodeJob[],
  meant: readonly Assignment[],
): { name: string; wasResumed: boolean } {
  if ('given' in run) return { name: run.given, wasResumed: jobs.some((job) => job.run === run.given) };
  const tasks = new Set(meant.map(({ task }) => task));
  const hashes = new Set([...tasks].map((task) => fleet.orderHash(task)));
  const unfinished = jobs.find(
    ({ state, orderHash, run: of }) => state === 'running' && hashes.has(orderHash) && of !== '',
  );
  return { name: unfinished?.run ?? run.made, wasResumed: unfinished !== undefined };
}

/** One node that is broken is no pattern: a share is never less than two. */
function allowedFailures({ maxFailures }: NodeFleetInput, nodes: number): number {
  if ('share' in maxFailures && maxFailures.share > 0) return Math.max(2, Math.ceil(maxFailures.share * nodes));
  const allowed = 'nodes' in maxFailures ? maxFailures.nodes : 0;
  return allowed === 0 ? Number.POSITIVE_INFINITY : allowed;
}

function stoppedBy(reason: unknown): string {
  const isSignal = reason instanceof CodedError && reason.code === 'STOPPED';
  return isSignal ? 'it was told to stop' : messageOf(reason);
}
