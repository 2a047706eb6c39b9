import type { ApplyNodeInput } from '../../flows/apply-node-plan.ts';
import type { PlanHeader } from '../../plan/plan.ts';
import type { Cluster } from '../../systems/cluster/contract.ts';
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
  const cluster = await openStaticPods(session, path);
  return watchedCluster(cluster, { extractors: [] }, runtime, {
    state: await session.state(),
    maxDropShare: settings.limits.maxDropShare,
  });
}

/** The same for a plan that is applied: the clusters and the folder that it was made from are asked again. */
export async function nodeUsesAgain(
  session: Session,
  { clusters = [], references, scope }: PlanHeader,
): Promise<ApplyNodeInput['uses']> {
  const { settings } = session;
  const { customResources = [] } = references ?? {};
  const extractors = [...settings.references.customResources, ...customResources];
  const asked = clusters.length === 0 ? [] : await session.clusters();
  const sources = asked.map((cluster) => cluster.uses({ extractors }));
  const staticPods = scope.node?.staticPods;
  if (staticPods !== undefined) sources.push((await openStaticPods(session, staticPods)).uses({ extractors: [] }));
  return sources.length === 0 ? undefined : { sources, maxAgeMs: settings.prune.recheckClustersEveryMs };
}

async function openStaticPods(session: Session, path: string): Promise<Cluster> {
  return await openCluster({ kind: 'manifests', name: 'static-pods', path }, clusterSurroundings(session));
}
