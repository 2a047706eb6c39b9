import { type Json, type KubeApi, openKubeApi } from '../../../util/kubernetes/kube-api.ts';
import { KubeError } from '../../../util/kubernetes/kube-error.ts';
import { CodedError } from '../../../util/pure/coded-error.ts';
import { wait } from '../../../util/wait.ts';
import type { Fleet, NodeJob, NodeTask } from '../contract.ts';
import { hashOfOrder } from '../job-name.ts';
import { reportTextIn } from '../report-lines.ts';
import { beginJob } from './begin-job.ts';
import { coded } from './coded.ts';
import { CONTAINER, JOB_LABEL, jobBody, MANAGED, NODE_LABEL, nodeLabel } from './job-body.ts';
import { jobIn, nodeIn, type Pod, podIn, wordsOf } from './messages.ts';
import type { KubernetesFleetSettings } from './settings.ts';

const POLL_MS = 2000;
/** A report comes last, and is no longer than this. */
const LOG_LINES = 10_000;

/** Jobs on the nodes of a Kubernetes cluster. @throws FLEET_SETTINGS_INVALID */
export async function openKubernetesFleet(settings: KubernetesFleetSettings): Promise<Fleet> {
  const api = await coded('opening the cluster', () => openKubeApi(settings));
  const jobs = `/apis/batch/v1/namespaces/${settings.namespace}/jobs`;
  const pods = `/api/v1/namespaces/${settings.namespace}/pods`;
  const orderHash = (task: NodeTask) => hashOfOrder(jobBody(settings, { ...task, node: '', run: '' }, '')['spec']);
  const podsOf = async (job: NodeJob, signal: AbortSignal): Promise<readonly Pod[]> => {
    const found = await coded(`listing the pods of Job ${job.name}`, () =>
      listed(api, pods, { labelSelector: `${JOB_LABEL}=${job.name}` }, signal),
    );
    return found.map(podIn).sort((a, b) => (a.metadata.creationTimestamp < b.metadata.creationTimestamp ? 1 : -1));
  };

  return {
    name: `Jobs in ${settings.namespace} at ${api.server}`,
    nodes: async (signal) => {
      const { selector } = settings;
      const found = await coded('listing nodes', () =>
        listed(api, '/api/v1/nodes', selector === undefined ? {} : { labelSelector: selector }, signal),
      );
      return found.map(nodeIn).sort((a, b) => (a.name < b.name ? -1 : 1));
    },
    jobs: async (signal, node) => {
      const labelSelector = node === undefined ? MANAGED : `${MANAGED},${NODE_LABEL}=${nodeLabel(node)}`;
      const found = await coded(`listing Jobs in ${settings.namespace}`, () =>
        listed(api, jobs, { labelSelector }, signal),
      );
      return found.map(jobIn);
    },
    orderHash,
    begin: (order, signal) => beginJob(api, settings, { ...order, hash: orderHash(order) }, signal),
    awaitEnd: (job, forMs, signal) => {
      const look = () => lookAt(api, `${jobs}/${job.name}`, job, podsOf, signal);
      return awaitEnd(look, { forMs, pollMs: settings.pollMs ?? POLL_MS }, signal);
    },
    report: async (job, signal) => {
      const [newest] = await podsOf(job, signal);
      if (newest === undefined) return 'no-log';
      const query = new URLSearchParams({ container: CONTAINER, tailLines: String(LOG_LINES) });
      const path = `${pods}/${newest.metadata.name}/log?${query}`;
      const log = await coded(`reading the log of pod ${newest.metadata.name}`, () =>
        unlessGone(api.text(path, signal)),
      );
      return log === undefined ? 'no-log' : reportTextIn(log);
    },
    close: () => api.close(),
  };
}

async function listed(
  api: KubeApi,
  path: string,
  options: { readonly labelSelector?: string },
  signal: AbortSignal,
): Promise<readonly Json[]> {
  // A list that has expired in its middle begins anew, and items come again.
  const found = new Map<unknown, Json>();
  for await (const item of api.list(path, options, signal))
    found.set((item['metadata'] as { readonly name?: unknown } | undefined)?.name, item);
  return [...found.values()];
}

async function lookAt(
  api: KubeApi,
  path: string,
  job: NodeJob,
  podsOf: (job: NodeJob, signal: AbortSignal) => Promise<readonly Pod[]>,
  signal: AbortSignal,
): Promise<NodeJob> {
  const found = await coded(`looking at Job ${job.name}`, () => unlessGone(api.get(path, signal)));
  if (found === undefined) return { ...job, state: 'gone' };
  const now = jobIn(found);
  if (now.state === 'succeeded') return now;
  const pods = await podsOf(job, signal);
  const [newest] = pods;
  const words = newest === undefined ? undefined : wordsOf(newest);
  if (now.state === 'failed') return words === undefined ? now : { ...now, why: `${now.why} (${words})` };
  return { ...now, why: words ?? (newest === undefined ? 'it has no pod' : newest.status.phase) };
}

/**
 * With a Job that runs out of its time its pods go: what they were waiting for has been seen before, or never. An API server that is away for
 * a while does not end the Job, and so not the waiting.
 */
async function awaitEnd(
  look: () => Promise<NodeJob>,
  { forMs, pollMs }: { readonly forMs: number; readonly pollMs: number },
  signal: AbortSignal,
): Promise<NodeJob> {
  const endMs = performance.now() + forMs;
  let waitedFor: string | undefined;
  // Most are short: the first looks come soon after each other.
  for (let pauseMs = pollMs / 8; ; pauseMs = Math.min(pollMs, pauseMs * 2)) {
    try {
      const seen = await look();
      if (seen.state !== 'running') return withWords(seen, waitedFor);
      waitedFor = seen.why === 'Running' ? undefined : seen.why;
      if (performance.now() >= endMs) return seen;
    } catch (error) {
      const isAway = error instanceof CodedError && error.code === 'FLEET_CLUSTER_FAILED';
      if (!isAway || performance.now() >= endMs) throw error;
    }
    await wait(pauseMs, signal);
  }
}

function withWords(seen: NodeJob, waitedFor: string | undefined): NodeJob {
  if (seen.state !== 'failed' || waitedFor === undefined || (seen.why ?? '').includes('it ended with')) return seen;
  return { ...seen, why: `${seen.why}; before that: ${waitedFor}` };
}

/** @returns undefined: it is not there, or (of a log) has not begun. */
async function unlessGone<T>(asking: Promise<T>): Promise<T | undefined> {
  try {
    return await asking;
  } catch (error) {
    if (error instanceof KubeError && (error.status === 404 || error.status === 400)) return undefined;
    throw error;
  }
}
