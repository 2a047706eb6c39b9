import { type KubeTimes, openKubeApi } from '../../../util/kubernetes/kube-api.ts';
import { KubeError } from '../../../util/kubernetes/kube-error.ts';
import type { KubeObject } from '../contract.ts';
import { clusterFailure } from '../errors.ts';
import { codedFailure, type Deed } from './failure-words.ts';
import type { KubernetesSettings } from './index.ts';

const GROUP = 'imageregistry.operator.openshift.io';
const PATH = `/apis/${GROUP}/v1/imagepruners/cluster`;
const DEED: Deed = { group: GROUP, resource: 'imagepruners', verb: 'get' };

/**
 * The cluster's own settings for pruning: there is one ImagePruner, and its name is `cluster`.
 *
 * @throws CLUSTER_NO_IMAGE_PRUNER where there is none, CLUSTER_FORBIDDEN with the rule to grant, CLUSTER_…
 * @see https://docs.openshift.com/container-platform/4.16/rest_api/operator_apis/imagepruner-imageregistry-operator-openshift-io-v1.html
 */
export async function readImagePruner(
  { name, kubeconfig, context }: KubernetesSettings,
  signal: AbortSignal,
  times: Partial<KubeTimes> = {},
): Promise<KubeObject> {
  const doing = `reading the ImagePruner of the cluster ${name}`;
  try {
    const api = await openKubeApi({
      ...(kubeconfig !== undefined && { kubeconfig }),
      ...(context !== undefined && { context }),
      times,
    });
    try {
      return await api.get(PATH, signal);
    } finally {
      await api.close();
    }
  } catch (error) {
    if (!(error instanceof KubeError)) throw error;
    if (error.status === 404)
      throw clusterFailure('CLUSTER_NO_IMAGE_PRUNER', `${doing}: ${error.message}`, { cause: error });
    throw codedFailure(error, doing, DEED);
  }
}
