import type { Json, KubeApi } from '../../../util/kubernetes/kube-api.ts';
import { KubeError } from '../../../util/kubernetes/kube-error.ts';

/** Where the Lease objects are. */
export interface LeasePlace {
  readonly api: KubeApi;
  readonly namespace: string;
  readonly ttlMs: number;
  readonly nowMs: () => number;
}

/** Below the server. */
export const leasesPath = ({ namespace }: LeasePlace) =>
  `/apis/coordination.k8s.io/v1/namespaces/${encodeURIComponent(namespace)}/leases`;

/** @returns undefined where the version was another one, or the object there already */
export async function unlessConflict(call: Promise<Json>): Promise<Json | undefined> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof KubeError && error.status === 409) return undefined;
    throw error;
  }
}
