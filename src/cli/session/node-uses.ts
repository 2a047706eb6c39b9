import { openCluster } from '../../systems/cluster/index.ts';
import { clusterUses, type WatchedCluster, watchedCluster } from './cluster-uses.ts';
import type { Session } from './session.ts';
import { clusterSurroundings } from './snapshot-access.ts';

/** What names images besides the containers of a node: the clusters of the settings, and the folder of its static pods. */
export async function nodeUses(session: Session, runtime: string): Promise<readonly WatchedCluster[]> {
  const clusters = await clusterUses(session, runtime);
  const { staticPods } = session.settings.nodeGc;
  return staticPods === undefined ? clusters : [...clusters, await staticPodUses(session, runtime, staticPods)];
}

async function staticPodUses(session: Session, runtime: string, path: string): Promise<WatchedCluster> {
  const { settings } = session;
  const cluster = await openCluster({ kind: 'manifests', name: 'static-pods', path }, clusterSurroundings(session));
  return watchedCluster(cluster, { extractors: [] }, runtime, {
    state: await session.state(),
    maxDropShare: settings.limits.maxDropShare,
  });
}
