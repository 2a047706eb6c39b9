import type { Json, KubeApi } from '../../../util/kubernetes/kube-api.ts';
import { KubeError } from '../../../util/kubernetes/kube-error.ts';
import { wait } from '../../../util/wait.ts';
import type { NodeJob, NodeJobOrder } from '../contract.ts';
import { fleetFailure } from '../errors.ts';
import { jobName } from '../job-name.ts';
import { coded, failureOf } from './coded.ts';
import { jobBody, planBody } from './job-body.ts';
import { jobIn, uidIn } from './messages.ts';
import type { KubernetesFleetSettings } from './settings.ts';

/** To make something: its name makes it the same one each time. */
const ATTEMPTS = 4;
const PAUSE_MS = 1000;

/** Makes the Job of a run on a node, and then its file: see `Fleet.begin`. @param order.hash - tells what it does from what others do */
export async function beginJob(
  api: KubeApi,
  settings: KubernetesFleetSettings,
  order: NodeJobOrder & { readonly hash: string },
  signal: AbortSignal,
): Promise<NodeJob> {
  const { plan, hash } = order;
  const jobs = `/apis/batch/v1/namespaces/${settings.namespace}/jobs`;
  const name = jobName(order);
  const doing = `making Job ${name} on node ${order.node}`;
  const made = await make(api, jobs, jobBody(settings, order, hash), doing, signal);
  const found = made ?? (await coded(`reading Job ${name}`, () => api.get(`${jobs}/${name}`, signal)));
  const job = jobIn(found);
  // One that has ended needs no file any more, and one that does something else shall not get this one.
  if (plan === undefined || job.state !== 'running' || job.orderHash !== hash) return job;
  const files = `/api/v1/namespaces/${settings.namespace}/configmaps`;
  await make(api, files, planBody(settings, { ...order, plan }, uidIn(found)), `${doing}, with its plan`, signal);
  return job;
}

/** An answer that got lost is no harm: to make it again finds the one that is there. @returns undefined: it was there already */
async function make(
  api: KubeApi,
  path: string,
  body: Json,
  doing: string,
  signal: AbortSignal,
): Promise<Json | undefined> {
  for (let made = 1; ; made += 1) {
    try {
      return await api.post(path, body, signal);
    } catch (error) {
      if (!(error instanceof KubeError)) throw error;
      if (error.status === 409) return undefined;
      if (!mayPass(error) || made >= ATTEMPTS) throw refusal(doing, error);
      await wait(PAUSE_MS, signal);
    }
  }
}

function mayPass({ failure, status }: KubeError): boolean {
  return failure === 'unreachable' || (status !== undefined && status >= 500);
}

function refusal(doing: string, error: KubeError): Error {
  const { status, message } = error;
  const isRefused = status === 404 || status === 413 || status === 422 || (status === 403 && !isAboutRoles(error));
  return isRefused ? fleetFailure('FLEET_JOB_REFUSED', `${doing}: ${message}`, error) : failureOf(doing, error);
}

/** Quotas and admission refuse with 403, too. */
const isAboutRoles = ({ message }: KubeError) => /User "[^"]*" cannot /.test(message);
