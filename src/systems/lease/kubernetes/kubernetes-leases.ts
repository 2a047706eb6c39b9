import { randomBytes } from 'node:crypto';
import { openKubeApi } from '../../../util/kubernetes/kube-api.ts';
import { KubeError } from '../../../util/kubernetes/kube-error.ts';
import { ownNamespace } from '../../../util/kubernetes/kube-namespace.ts';
import type { Lease, LeaseKeeper } from '../contract.ts';
import { DEFAULT_TTL_MS, leaseUnavailable } from '../refusals.ts';
import type { LeasePlace } from './lease-place.ts';
import { createSightings } from './sightings.ts';
import { takeLease } from './take-lease.ts';

export interface KubernetesLeaseOptions {
  /** Of the Lease objects. Absent: the pod's own, else the context's, else `default`. */
  readonly namespace?: string;
  readonly kubeconfig?: string;
  readonly context?: string;
  /** How long a holder may be silent; whole seconds count. Default: a minute. */
  readonly ttlMs?: number;
  /** For tests: the wall clock that others read, and that nobody is to trust. */
  readonly nowMs?: () => number;
}

/**
 * Leases as Leases of a cluster (`get`, `create` and `update` on `leases.coordination.k8s.io` in one namespace). The API server decides:
 * every change names the version that it changes.
 *
 * @throws LEASE_UNAVAILABLE where there is no kubeconfig, or no such context
 */
export async function kubernetesLeases(options: KubernetesLeaseOptions): Promise<LeaseKeeper> {
  const ttlMs = options.ttlMs ?? DEFAULT_TTL_MS;
  const login = {
    ...(options.kubeconfig === undefined ? {} : { kubeconfig: options.kubeconfig }),
    ...(options.context === undefined ? {} : { context: options.context }),
  };
  const { api, namespace } = await opened(async () => ({
    namespace: options.namespace ?? (await ownNamespace(login)) ?? 'default',
    api: await openKubeApi({ ...login, times: timesFor(ttlMs) }),
  }));
  const place: LeasePlace = { api, namespace, ttlMs, nowMs: options.nowMs ?? Date.now };
  const sightings = createSightings();
  const held = new Set<Lease>();

  return {
    async acquire(scope, holder, signal) {
      signal.throwIfAborted();
      const identity = `${holder.replace(/\s+/g, ' ').slice(0, 200)} ${randomBytes(6).toString('hex')}`.trim();
      const lease = await takeLease(place, sightings, { scope, holder, identity }, signal);
      held.add(lease);
      return { ...lease, release: () => lease.release().finally(() => held.delete(lease)) };
    },
    async close() {
      await Promise.all([...held].map((lease) => lease.release()));
      held.clear();
      await api.close();
    },
  };
}

/** A renewal that is not through in a sixth of the time is tried again by the heartbeat. */
function timesFor(ttlMs: number) {
  // Only whole milliseconds are taken.
  const onceMs = Math.max(1000, Math.ceil(ttlMs / 6));
  return { connectMs: onceMs, answerMs: onceMs, attempts: 3, retryForMs: ttlMs / 3, firstPauseMs: 100 };
}

async function opened<T>(open: () => Promise<T>): Promise<T> {
  try {
    return await open();
  } catch (error) {
    if (!(error instanceof KubeError)) throw error;
    throw leaseUnavailable('opening the leases of a cluster', error, 'Correct lease.kubeconfig or lease.context.');
  }
}
