import { type Adjacency, adjacency } from './adjacency.ts';
import type { BadReference } from './bad-reference.ts';
import { firstClaims } from './claims.ts';
import type { Evidence } from './evidence.ts';
import { covers } from './gap.ts';
import { formatResource, type ResourceId } from './resource.ts';
import type { Sink } from './sink.ts';
import { StreamIndex } from './stream-index.ts';
import { streamIn } from './stream-item.ts';
import { readStreamReference } from './stream-reference.ts';

/** How uses of images are joined with image streams. */
export interface StreamUseRules {
  readonly apiName: string;
  /** The cluster whose streams these are: what its own streams import is no use. */
  readonly ownCluster: string;
  /** Who uses one image of an index keeps all indexes that list it. */
  readonly keepIndexOfUsedChild: boolean;
  /** `ignore`: a bad reference keeps nothing; it is told all the same. */
  readonly badReferences: 'protect' | 'abort' | 'ignore';
  /** Whether a workload that nobody holds, an ended pod, still counts. */
  readonly counts: (workload: ResourceId) => boolean;
}

/**
 * Joins what clusters use with an API's images, once all was surveyed and `linkStreams` has run: by digest wherever it is, in any
 * stream and in none; by tag the newest item of that tag in the stream of that name, at whatever registry. Then what could not be seen
 * of uses is a gap for all of the API: which names of registries mean this one, nobody tells.
 *
 * @returns the references in use that can't be read, by kind of who uses them.
 */
export function linkStreamUses(evidence: Evidence, sink: Sink, rules: StreamUseRules): readonly BadReference[] {
  const { resources } = evidence;
  const claims = firstClaims(evidence.holds);
  const isLive = (workload: ResourceId) => claims.has(workload) || rules.counts(workload);
  const users = usersOfReferences(evidence, rules.ownCluster, isLive);
  const index = new StreamIndex(evidence, rules.apiName, rules.keepIndexOfUsedChild);
  const bad: { readonly rank: number; readonly found: BadReference }[] = [];
  for (const [id, workloads] of users) {
    const key = resources.key(id);
    const namespaces = new Set(workloads.map((one) => namespaceIn(resources.scope(one))));
    const read = readStreamReference(resources.scope(id), key);
    const isBad = 'why' in read;
    const meant = !isBad
      ? index.find(read, namespaces)
      : rules.badReferences === 'ignore'
        ? []
        : index.mightMean(key, namespaces);
    for (const one of meant) sink.refers(id, one, 'names');
    if (!isBad) continue;
    const scopes = new Set([...meant].map((one) => resources.scope(one)).filter((scope) => scope !== rules.apiName));
    const by = workloads.map((one) => claims.get(one) ?? formatResource(resources.at(one)));
    const rank = Math.min(...workloads.map((one) => rankOf(resources.key(one))));
    bad.push({ rank, found: { reference: key, by, why: read.why, keeps: [...scopes].map(streamIn).sort() } });
  }
  widenGaps(evidence, sink, rules.apiName);
  bad.sort((a, b) => a.rank - b.rank || (a.found.reference < b.found.reference ? -1 : 1));
  return bad.map(({ found }) => found);
}

/** Who uses each reference, of those that count; without references that only the own image streams and ended pods name. */
function usersOfReferences(
  evidence: Evidence,
  ownCluster: string,
  isLive: (workload: ResourceId) => boolean,
): ReadonlyMap<ResourceId, readonly ResourceId[]> {
  const { resources, edges } = evidence;
  const users: Adjacency = adjacency(resources.size, edges, ['uses'], 'backward');
  const isOwnStream = (workload: ResourceId) =>
    resources.key(workload).startsWith('ImageStream/') && covers(ownCluster, resources.scope(workload));
  const found = new Map<ResourceId, readonly ResourceId[]>();
  for (let id = 0; id < resources.size; id += 1) {
    if (resources.kind(id) !== 'image-reference') continue;
    const workloads = [...users(id)].filter((one) => !isOwnStream(one) && isLive(one));
    if (workloads.length > 0) found.set(id, workloads);
  }
  return found;
}

/** A workload's scope is `<cluster>/<namespace>`, or the cluster alone. */
function namespaceIn(scope: string): string {
  const slash = scope.lastIndexOf('/');
  return slash < 0 ? '' : scope.slice(slash + 1);
}

/** The order in which kinds are looked through, where several references are bad. */
const kindsInOrder = [
  ...['Pod', 'ReplicationController', 'DaemonSet', 'ReplicaSet', 'Deployment', 'StatefulSet', 'Job', 'CronJob'],
  ...['DeploymentConfig', 'BuildConfig', 'Build'],
];

function rankOf(workloadKey: string): number {
  const rank = kindsInOrder.indexOf(workloadKey.slice(0, workloadKey.indexOf('/')));
  return rank < 0 ? kindsInOrder.length : rank;
}

/** Which registries a cluster may use says nothing of this one, which goes by many names. */
function widenGaps(evidence: Evidence, sink: Sink, apiName: string): void {
  for (const gap of [...evidence.gaps])
    if (gap.hides === 'holds' && gap.scope !== '' && !covers(apiName, gap.scope)) sink.gap({ ...gap, scope: apiName });
}
