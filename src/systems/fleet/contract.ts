/** A node of a cluster, as far as it matters for cleaning it. */
export interface FleetNode {
  readonly name: string;
  /** Another one for a node that was made anew under the same name. */
  readonly uid: string;
  readonly isReady: boolean;
  /** Cordoned: nothing new is to be put there. */
  readonly isCordoned: boolean;
  /** `linux`, `windows`; empty where the node does not say. */
  readonly os: string;
}

/** What a Job does, on whatever node. */
export interface NodeTask {
  /** Of `winnow`, without its name. */
  readonly args: readonly string[];
  /** A file that the Job gets, packed, as {@link PLAN_FILE}; it goes with the Job. The arguments tell it from others, by its hash. */
  readonly plan?: Uint8Array;
}

/** What is to be done on a node. */
export interface NodeJobOrder extends NodeTask {
  readonly node: string;
  /** The fleet's run, at most 63 characters that a label may have. A node has one Job of a run, however often it is asked for. */
  readonly run: string;
}

/** Where a Job finds {@link NodeTask.plan}. */
export const PLAN_FILE = '/etc/winnow/plan/plan.jsonl.gz';

/** Of {@link NodeTask.plan}: no object of Kubernetes holds more. */
export const MAX_PLAN_BYTES = 1024 * 1024;

/** A Job on a node, of this fleet or of another one. */
export interface NodeJob {
  readonly name: string;
  readonly node: string;
  readonly run: string;
  /** Tells orders apart: two Jobs with the same one do the same. */
  readonly orderHash: string;
  /** `gone`: it was removed before its end was seen. */
  readonly state: 'running' | 'succeeded' | 'failed' | 'gone';
  /** Why it failed, or what it still waits for, in the cluster's words. */
  readonly why?: string;
}

/**
 * A report, or why there is none:
 * - `no-log`: there is no pod, or it has no log any more
 * - `none`: the log has no report
 * - `cut`: a part of the report is missing, or is not what was written
 */
export type JobReport = { readonly text: string } | 'no-log' | 'none' | 'cut';

/**
 * The nodes of a cluster, and Jobs that are run on them, one a node. A fleet makes Jobs and removes none: the cluster does that, some time
 * after their end.
 *
 * Everything throws FLEET_CLUSTER_FAILED where the cluster can't be asked, FLEET_FORBIDDEN where it does not allow it, and the signal's reason.
 */
export interface Fleet {
  /** For messages: `Jobs in winnow-node-gc at https://api.example:6443`. */
  readonly name: string;
  /** In order of their names; all of them, those too on which nothing can be run. */
  nodes(signal: AbortSignal): Promise<readonly FleetNode[]>;
  /** Jobs of any run that are there, ended ones too. @param node - only those on it */
  jobs(signal: AbortSignal, node?: string): Promise<readonly NodeJob[]>;
  /** What {@link NodeJob.orderHash} of a Job that does this is, on whatever node. */
  orderHash(task: NodeTask): string;
  /**
   * Makes the Job of a run on a node, with its file. Where it is there already, also ended, that one is returned and nothing is made; but one
   * that is still without its file, since whoever made it was killed, gets it.
   * @throws FLEET_JOB_REFUSED where the cluster would not have such a Job, or such a file
   */
  begin(order: NodeJobOrder, signal: AbortSignal): Promise<NodeJob>;
  /**
   * Waits until a Job has ended, or for so long.
   * @returns as it was seen last; `running` where the time is over
   */
  awaitEnd(job: NodeJob, forMs: number, signal: AbortSignal): Promise<NodeJob>;
  /** What a Job has told at its end, from the log of its newest pod: see `report-lines.ts`. */
  report(job: NodeJob, signal: AbortSignal): Promise<JobReport>;
  close(): Promise<void>;
}
