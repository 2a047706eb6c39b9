/** The nodes of a cluster, on each of which a Job does what is planned for it. */
export interface FleetScope {
  /** Whose Jobs, where: `Jobs in winnow-node-gc at https://api.example:6443`. */
  readonly name: string;
  readonly jobs: FleetJobs;
}

/** What the Jobs that apply a plan are like. No credentials: those are secrets of the cluster, or in the kubeconfig. */
export interface FleetJobs {
  /** One with Winnow in it. */
  readonly image: string;
  readonly namespace: string;
  readonly serviceAccount: string;
  /** A path, absolute; absent: what kubectl would take, or the pod's own account. */
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly imagePullSecrets: readonly string[];
  /** With which the Jobs ask registries. */
  readonly registrySecret?: string;
  /** Of the nodes, absolute. */
  readonly stateDir: string;
  readonly imagesPath?: string;
  readonly staticPods?: string;
  /** `cri:///run/containerd/containerd.sock`. */
  readonly runtime: string;
  /** For an answer of the runtime. */
  readonly timeoutMs: number;
  /** Whether the Jobs ask registries, and whether they may do so insecurely. */
  readonly asksRegistries: boolean;
  readonly insecure: boolean;
  /** Whether the Jobs ask their own cluster what its workloads name. */
  readonly asksCluster: boolean;
  readonly resources: { readonly cpu: string; readonly memory: string; readonly memoryLimit?: string };
  readonly deadlineMs: number;
  readonly ttlAfterFinishedMs: number;
  readonly parallelism: number;
  readonly maxFailures: { readonly nodes: number } | { readonly share: number };
}

type Json = Readonly<Record<string, unknown>>;
type Type = 'string' | 'number' | 'boolean' | 'object';

const needed: Readonly<Record<string, Type>> = {
  ...{ image: 'string', namespace: 'string', serviceAccount: 'string', stateDir: 'string', runtime: 'string' },
  ...{ imagePullSecrets: 'object', resources: 'object', maxFailures: 'object' },
  ...{ timeoutMs: 'number', deadlineMs: 'number', ttlAfterFinishedMs: 'number', parallelism: 'number' },
  ...{ asksRegistries: 'boolean', insecure: 'boolean', asksCluster: 'boolean' },
};
const optional = ['kubeconfig', 'context', 'registrySecret', 'imagesPath', 'staticPods'] as const;

/** Whether what stands in a plan file is the scope of a fleet. */
export function isFleetScope(scope: Json): boolean {
  const jobs = scope['jobs'];
  if (typeof jobs !== 'object' || jobs === null) return false;
  const held = jobs as Json;
  return (
    Object.entries(needed).every(([field, type]) => typeof held[field] === type && held[field] !== null) &&
    optional.every((field) => held[field] === undefined || typeof held[field] === 'string')
  );
}
