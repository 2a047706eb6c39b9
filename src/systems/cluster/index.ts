import type { Cluster } from './contract.ts';
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
