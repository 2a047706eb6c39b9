import { type KubeTimes, openKubeApi } from '../../../util/kubernetes/kube-api.ts';
import { KubeError } from '../../../util/kubernetes/kube-error.ts';
import type { Cluster } from '../contract.ts';
import { clusterFailure } from '../errors.ts';
import type { ClusterSettings } from '../settings.ts';
import { openImageApi } from './image-api.ts';
import { surveyUses } from './survey-uses.ts';

export type KubernetesSettings = Extract<ClusterSettings, { kind: 'kubernetes' | 'openshift' }>;

/**
 * A cluster that is asked through its API. Nothing is asked before it is needed: a cluster that does not answer is a gap, and others go on.
 *
 * @throws CLUSTER_SETTINGS_INVALID where the kubeconfig is none, or has no such context
 */
export async function openKubernetesCluster(
  settings: KubernetesSettings,
  times: Partial<KubeTimes> = {},
): Promise<Cluster> {
  const { kind, name, kubeconfig, context, mayHold = [''] } = settings;
  const api = await openKubeApi({
    ...(kubeconfig !== undefined && { kubeconfig }),
    ...(context !== undefined && { context }),
    times,
  }).catch((error: unknown) => {
    if (!(error instanceof KubeError)) throw error;
    throw clusterFailure('CLUSTER_SETTINGS_INVALID', `opening the cluster ${name}: ${error.message}`, { cause: error });
  });
  const cluster = { name, mayHold, isOpenshift: kind === 'openshift' };
  return {
    name,
    shown: shownAs(settings),
    mayHold,
    uses: (options) => ({
      name: `cluster ${name}`,
      survey: (sink, signal) => surveyUses(api, cluster, options, sink, signal),
    }),
    imageApi: (signal) => openImageApi(api, signal),
    writableImageApi: (signal) => openImageApi(api, signal),
    close: () => api.close(),
  };
}

/** `kubernetes:/home/me/.kube/config?context=prod`. */
function shownAs({ kind, kubeconfig, context }: KubernetesSettings): string {
  const file = kubeconfig === undefined ? '' : `:${kubeconfig}`;
  return `${kind}${file}${context === undefined ? '' : `?context=${encodeURIComponent(context)}`}`;
}
