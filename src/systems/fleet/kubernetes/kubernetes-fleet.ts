import { type Json, type KubeApi, openKubeApi } from '../../../util/kubernetes/kube-api.ts';
import { KubeError } from '../../../util/kubernetes/kube-error.ts';
import { CodedError } from '../../../util/pure/coded-error.ts';
import { wait } from '../../../util/wait.ts';
import type { Fleet, NodeJob, NodeJobOrder } from '../contract.ts';
import { fleetFailure } from '../errors.ts';
import { hashOfOrder, jobName } from '../job-name.ts';
import { reportTextIn } from '../report-lines.ts';
import { CONTAINER, JOB_LABEL, jobBody, MANAGED, NODE_LABEL, nodeLabel } from './job-body.ts';
import { jobIn, nodeIn, type Pod, podIn, wordsOf } from './messages.ts';
import type { KubernetesFleetSettings } from './settings.ts';

const POLL_MS = 2000;
/** To make a Job: its name makes it the same one each time. */
const ATTEMPTS = 4;
const PAUSE_MS = 1000;
/** A report comes last, and is no longer than this. */
const LOG_LINES = 10_000;

/** Jobs on the nodes of a Kubernetes cluster. @throws FLEET_SETTINGS_INVALID */
export async function openKubernetesFleet(settings: KubernetesFleetSettings): Promise<Fleet> {
  const api = await coded('opening the cluster', () => openKubeApi(settings));
  const jobs = `/apis/batch/v1/namespaces/${settings.namespace}/jobs`;
  const pods = `/api/v1/namespaces/${settings.namespace}/pods`;
  const orderHash = (args: readonly string[]) =>
    hashOfOrder(jobBody(settings, { node: '', run: '', args }, '')['spec']);
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
    begin: (order, signal) => beginJob(api, jobs, jobBody(settings, order, orderHash(order.args)), order, signal),
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

/** An answer that got lost is no harm: to make it again finds the one that is there. */
async function beginJob(
  api: KubeApi,
  jobs: string,
  body: Json,
  order: NodeJobOrder,
  signal: AbortSignal,
): Promise<NodeJob> {
  const name = jobName(order);
  const doing = `making Job ${name} on node ${order.node}`;
  for (let made = 1; ; made += 1) {
    try {
      return jobIn(await api.post(jobs, body, signal));
    } catch (error) {
      if (!(error instanceof KubeError)) throw error;
      if (error.status === 409)
        return jobIn(await coded(`reading Job ${name}`, () => api.get(`${jobs}/${name}`, signal)));
      if (!mayPass(error) || made >= ATTEMPTS) throw refusedJob(doing, error);
      await wait(PAUSE_MS, signal);
    }
  }
}

function mayPass({ failure, status }: KubeError): boolean {
  return failure === 'unreachable' || (status !== undefined && status >= 500);
}

function refusedJob(doing: string, error: KubeError): Error {
  const { status, message } = error;
  const isRefused = status === 404 || status === 422 || (status === 403 && !isAboutRoles(error));
  return isRefused ? fleetFailure('FLEET_JOB_REFUSED', `${doing}: ${message}`, error) : failureOf(doing, error);
}

/** Quotas and admission refuse with 403, too. */
const isAboutRoles = ({ message }: KubeError) => /User "[^"]*" cannot /.test(message);

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
  for (;;) {
    try {
      const seen = await look();
      if (seen.state !== 'running') return withWords(seen, waitedFor);
      waitedFor = seen.why === 'Running' ? undefined : seen.why;
      if (performance.now() >= endMs) return seen;
    } catch (error) {
      const isAway = error instanceof CodedError && error.code === 'FLEET_CLUSTER_FAILED';
      if (!isAway || performance.now() >= endMs) throw error;
    }
    await wait(pollMs, signal);
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

async function coded<T>(doing: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof KubeError)) throw error;
    throw failureOf(doing, error);
  }
}

function failureOf(doing: string, error: KubeError): Error {
  const isForbidden = error.status === 403 || error.status === 401;
  const code =
    error.failure === 'settings' ? 'FLEET_SETTINGS_INVALID' : isForbidden ? 'FLEET_FORBIDDEN' : 'FLEET_CLUSTER_FAILED';
  return fleetFailure(code, `${doing}: ${error.message}`, error);
}
