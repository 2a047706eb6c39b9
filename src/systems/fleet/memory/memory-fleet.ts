import { unlessAborted } from '../../../util/wait.ts';
import type { Fleet, FleetNode, NodeJob, NodeJobOrder } from '../contract.ts';
import { fleetFailure } from '../errors.ts';
import { hashOfOrder, jobName } from '../job-name.ts';
import { reportTextIn } from '../report-lines.ts';

/** What a Job does: it resolves when the Job ends, and what is thrown is why it failed. What it writes is its log, in either case. */
export type MemoryWork = (order: NodeJobOrder, write: (text: string) => void) => Promise<void>;

/** A cluster in this process, which may be opened more than once: each sees the Jobs of all. */
export interface MemoryCluster {
  readonly nodes: readonly FleetNode[];
  /** Every Job that was ever made, in order. */
  readonly made: readonly NodeJobOrder[];
  /** How many Jobs there were under way at once, at most. */
  readonly peak: () => number;
  open(): Fleet;
  /** Removes a Job, as the cluster does after its time. */
  remove(name: string): void;
}

interface Held {
  job: NodeJob;
  log: string;
  readonly ended: Promise<void>;
}

/** @param nodes - as they are listed; a test may put others into the array */
export function memoryCluster(nodes: readonly FleetNode[], work: MemoryWork): MemoryCluster {
  const held = new Map<string, Held>();
  const made: NodeJobOrder[] = [];
  let active = 0;
  let peak = 0;

  function start(order: NodeJobOrder): NodeJob {
    const name = jobName(order);
    const known = held.get(name);
    if (known !== undefined) return known.job;
    if (!nodes.some((node) => node.name === order.node))
      throw fleetFailure('FLEET_JOB_REFUSED', `making Job ${name} on node ${order.node}: there is no such node`);
    made.push(order);
    active += 1;
    peak = Math.max(peak, active);
    const { node, run, args } = order;
    const job: NodeJob = { name, node, run, orderHash: hashOfOrder(args), state: 'running' };
    const end = (state: Pick<NodeJob, 'state' | 'why'>) => {
      active -= 1;
      one.job = { ...one.job, ...state };
    };
    const write = (text: string) => {
      one.log += text;
    };
    const ended = Promise.resolve()
      .then(() => work(order, write))
      .then(
        () => end({ state: 'succeeded' }),
        (error: unknown) => end({ state: 'failed', why: error instanceof Error ? error.message : String(error) }),
      );
    const one: Held = { job, log: '', ended };
    held.set(name, one);
    return job;
  }

  return {
    nodes,
    made,
    peak: () => peak,
    remove: (name) => void held.delete(name),
    open: () => ({
      name: 'Jobs in memory',
      nodes: async (signal) => {
        signal.throwIfAborted();
        return [...nodes].sort((a, b) => (a.name < b.name ? -1 : 1));
      },
      jobs: async (_, node) =>
        [...held.values()].flatMap(({ job }) => (node === undefined || job.node === node ? [job] : [])),
      orderHash: ({ args }) => hashOfOrder(args),
      begin: async (order) => start(order),
      awaitEnd: async (job, forMs, signal) => {
        const one = held.get(job.name);
        if (one === undefined) return { ...job, state: 'gone' };
        const over = AbortSignal.timeout(forMs);
        await unlessAborted(one.ended, AbortSignal.any([signal, over])).catch((error: unknown) => {
          signal.throwIfAborted();
          if (!over.aborted) throw error;
        });
        return one.job;
      },
      report: async (job) => {
        const one = held.get(job.name);
        return one === undefined ? 'no-log' : reportTextIn(one.log);
      },
      close: async () => {},
    }),
  };
}
