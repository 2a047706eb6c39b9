import { basename, dirname } from 'node:path/posix';
import type { Json } from '../../../util/kubernetes/kube-api.ts';
import { sha256Hex } from '../../../util/pure/hash.ts';
import { type NodeJobOrder, PLAN_FILE } from '../contract.ts';
import { jobName } from '../job-name.ts';
import { type KubernetesFleetSettings, REGISTRY_LOGIN } from './settings.ts';

export const CONTAINER = 'node-gc';
/** Only what a fleet has made carries it. */
export const MANAGED = 'app.kubernetes.io/managed-by=winnow-fleet';
export const RUN_LABEL = 'winnow.dev/fleet-run';
/** Names of nodes may be longer than a label: it is a hash of the name, which the annotation has. */
export const NODE_LABEL = 'winnow.dev/node-hash';
export const NODE_ANNOTATION = 'winnow.dev/node';
export const ORDER_ANNOTATION = 'winnow.dev/order';
/** Of pods: the Job that they are of. The cluster's own label for it has changed its name. */
export const JOB_LABEL = 'winnow.dev/job';

export function nodeLabel(node: string): string {
  return sha256Hex(node).slice(0, 16);
}

/** A stopped run finishes what it has in hand. */
const GRACE_SECONDS = 60;

/**
 * The Job of a run on one node.
 *
 * Its pod is bound to the node as the pods of a DaemonSet are, by the node's name: the label `kubernetes.io/hostname` may be another
 * name, and `spec.nodeName` passes the scheduler by, so that on a full node the pod fails instead of waiting for a place.
 */
export function jobBody(settings: KubernetesFleetSettings, order: NodeJobOrder, orderHash: string): Json {
  const { namespace, deadlineMs, ttlAfterFinishedMs } = settings;
  const name = jobName(order);
  const labels = labelsOf(order);
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name,
      namespace,
      labels,
      annotations: { [NODE_ANNOTATION]: order.node, [ORDER_ANNOTATION]: orderHash },
    },
    spec: {
      parallelism: 1,
      completions: 1,
      // A second attempt is the next run's: it looks at the node anew.
      backoffLimit: 0,
      activeDeadlineSeconds: Math.ceil(deadlineMs / 1000),
      ttlSecondsAfterFinished: Math.ceil(ttlAfterFinishedMs / 1000),
      template: { metadata: { labels: { ...labels, [JOB_LABEL]: name } }, spec: podSpec(settings, order) },
    },
  };
}

/**
 * The file of a Job, which is made after it and owned by it: whatever happens to whoever made both, the file goes with the Job. Until it is
 * there the pod waits for it. Nothing blocks on the ownership: that would ask for more rights.
 */
export function planBody(
  { namespace }: KubernetesFleetSettings,
  order: NodeJobOrder & { readonly plan: Uint8Array },
  jobUid: string,
): Json {
  const name = jobName(order);
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name,
      namespace,
      labels: labelsOf(order),
      annotations: { [NODE_ANNOTATION]: order.node },
      ownerReferences: [{ apiVersion: 'batch/v1', kind: 'Job', name, uid: jobUid }],
    },
    immutable: true,
    binaryData: { [basename(PLAN_FILE)]: Buffer.from(order.plan).toString('base64') },
  };
}

function labelsOf({ run, node }: NodeJobOrder) {
  return {
    'app.kubernetes.io/name': 'winnow-node-gc',
    'app.kubernetes.io/managed-by': 'winnow-fleet',
    [RUN_LABEL]: run,
    [NODE_LABEL]: nodeLabel(node),
  };
}

function podSpec(settings: KubernetesFleetSettings, order: NodeJobOrder): Json {
  const { mounts, registrySecret } = settings;
  const onNode = { matchFields: [{ key: 'metadata.name', operator: 'In', values: [order.node] }] };
  const registry = registrySecret === undefined ? [] : [{ name: 'registry', secret: { secretName: registrySecret } }];
  return {
    restartPolicy: 'Never',
    serviceAccountName: settings.serviceAccount,
    automountServiceAccountToken: settings.needsToken,
    affinity: {
      nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [onNode] } },
    },
    // Control planes and tainted nodes have images, too.
    tolerations: [{ operator: 'Exists' }],
    terminationGracePeriodSeconds: GRACE_SECONDS,
    ...(settings.imagePullSecrets.length > 0 && {
      imagePullSecrets: settings.imagePullSecrets.map((name) => ({ name })),
    }),
    containers: [container(settings, order)],
    volumes: [
      ...mounts.map(({ path, type }, n) => ({
        name: `node-${n}`,
        hostPath: { path, type },
      })),
      ...registry,
      ...(order.plan === undefined ? [] : [{ name: 'plan', configMap: { name: jobName(order) } }]),
    ],
  };
}

function container({ image, mounts, resources, registrySecret }: KubernetesFleetSettings, order: NodeJobOrder): Json {
  const { cpu, memory, memoryLimit } = resources;
  const registry =
    registrySecret === undefined ? [] : [{ name: 'registry', mountPath: dirname(REGISTRY_LOGIN), readOnly: true }];
  return {
    name: CONTAINER,
    image,
    args: [...order.args, `--node-name=${order.node}`].map(literal),
    securityContext: {
      // The runtime's socket is root's.
      runAsUser: 0,
      privileged: false,
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
      seccompProfile: { type: 'RuntimeDefault' },
    },
    resources: { requests: { cpu, memory }, ...(memoryLimit !== undefined && { limits: { memory: memoryLimit } }) },
    volumeMounts: [
      ...mounts.map(({ path, readOnly }, n) => ({
        name: `node-${n}`,
        mountPath: path,
        ...(readOnly && { readOnly }),
      })),
      ...registry,
      ...(order.plan === undefined ? [] : [{ name: 'plan', mountPath: dirname(PLAN_FILE), readOnly: true }]),
    ],
  };
}

/** Kubernetes replaces `$(NAME)` in arguments, and `$$` by `$`: an expression's end is none of these. */
function literal(word: string): string {
  return word.replaceAll('$', '$$$$');
}
