import type { Cluster, KubeObject } from './contract.ts';
import { clusterFailure } from './errors.ts';
import type { ClusterSettings } from './settings.ts';
import type { ClusterSurroundings } from './surroundings.ts';

export type { Cluster, ImageApi, ImageApiReader, ImageExtractor, ReadSnapshot } from './contract.ts';
export { type ClusterErrorCode, clusterErrors } from './errors.ts';
export type { ClusterKind, ClusterSettings } from './settings.ts';
export { nameOfSnapshot, parseClusterSpec } from './spec.ts';
export type { ClusterSurroundings } from './surroundings.ts';

/**
 * Opens what the settings describe. Nothing is asked before the first survey.
 *
 * @throws CLUSTER_SETTINGS_INVALID
 */
export async function openCluster(settings: ClusterSettings, surroundings: ClusterSurroundings): Promise<Cluster> {
  switch (settings.kind) {
    case 'kubernetes':
    case 'openshift':
      return (await import('./kubernetes/index.ts')).openKubernetesCluster(settings);
    case 'manifests':
      return (await import('./manifests/index.ts')).openManifests(settings);
    case 'snapshot':
      return (await import('./snapshot/index.ts')).openSnapshotCluster(settings, surroundings);
  }
}

/**
 * The ImagePruner of an OpenShift, as its API gives it.
 *
 * @throws CLUSTER_NO_IMAGE_PRUNER, CLUSTER_FORBIDDEN, CLUSTER_…
 */
export async function readImagePruner(settings: ClusterSettings, signal: AbortSignal): Promise<KubeObject> {
  if (settings.kind === 'kubernetes' || settings.kind === 'openshift')
    return await (await import('./kubernetes/image-pruner.ts')).readImagePruner(settings, signal);
  const message = `reading the ImagePruner of the cluster ${settings.name}: it is not asked itself, only ${settings.kind} of it`;
  throw clusterFailure('CLUSTER_NO_IMAGE_PRUNER', message);
}
