import type { Fleet } from './contract.ts';
import type { KubernetesFleetSettings, NodeMount } from './kubernetes/settings.ts';
import { memoryCluster } from './memory/memory-fleet.ts';

export type { KubernetesFleetSettings, NodeMount };

/** The fleets there are, each with the function that opens it. */
export const fleets = {
  /** Jobs of a cluster. What speaks to it is loaded when it is opened. */
  kubernetes: async (settings: KubernetesFleetSettings): Promise<Fleet> =>
    (await import('./kubernetes/kubernetes-fleet.ts')).openKubernetesFleet(settings),
  /** Within this process. */
  memory: memoryCluster,
} as const;

export { MAX_PLAN_BYTES, PLAN_FILE } from './contract.ts';
export { fleetFailure } from './errors.ts';
export { REGISTRY_LOGIN } from './kubernetes/settings.ts';
export { reportLines } from './report-lines.ts';
