import type { KubeSettings } from '../../../util/kubernetes/kube-api.ts';

/** Something of the node in the pod, at the same path. */
export interface NodeMount {
  readonly path: string;
  readonly readOnly: boolean;
  /** `DirectoryOrCreate` is made where it is not there; without the others the pod waits until its time is over. */
  readonly type: 'Directory' | 'DirectoryOrCreate' | 'Socket';
}

/** What opens the nodes of a cluster, and what their Jobs look like. */
export interface KubernetesFleetSettings extends KubeSettings {
  readonly namespace: string;
  readonly serviceAccount: string;
  /** Labels of nodes, as kubectl takes them; absent: all nodes. */
  readonly selector?: string;
  /** An image with Winnow in it, whose entry point is `winnow`. */
  readonly image: string;
  readonly imagePullSecrets: readonly string[];
  readonly mounts: readonly NodeMount[];
  /** A secret of type `kubernetes.io/dockerconfigjson`, which the Jobs see as the file {@link REGISTRY_LOGIN}. */
  readonly registrySecret?: string;
  /** Whether the Jobs ask the API server themselves. */
  readonly needsToken: boolean;
  /** A Job that takes longer is ended by the cluster. Whole seconds. */
  readonly deadlineMs: number;
  /** The cluster removes a Job so long after its end. Whole seconds. */
  readonly ttlAfterFinishedMs: number;
  readonly resources: { readonly cpu: string; readonly memory: string; readonly memoryLimit?: string };
  /** Between two looks at a Job. Default 2 s. */
  readonly pollMs?: number;
}

/** Where Jobs find {@link KubernetesFleetSettings.registrySecret}. */
export const REGISTRY_LOGIN = '/etc/winnow/registry/.dockerconfigjson';
