import type { Evidence } from '../evidence.ts';
import type { ResourceId } from '../resource.ts';
import { edgeKinds } from '../sink.ts';
import type { SnapshotWorkload } from './format.ts';
import { STREAMS_SCOPE } from './state-workload.ts';

/**
 * The workloads that a cluster has stated, with all that was said of them, in order of first mention: what `stateWorkload` states again
 * elsewhere.
 *
 * @param cluster - its name, with which the scopes begin
 * @throws Error when something was stated that a snapshot can't carry: it must not get lost.
 */
export function* workloadsIn(evidence: Evidence, cluster: string): Generator<SnapshotWorkload> {
  const { resources } = evidence;
  const used = usesOf(evidence);
  const holds = holdsOf(evidence);
  if (evidence.retires.length > 0) throw lost('that something is retired');
  for (let id = 0; id < resources.size; id += 1) {
    if (resources.kind(id) === 'image-reference') continue;
    const { kind: what, scope, key } = resources.at(id);
    if (what !== 'workload') throw lost(`a ${what}`);
    const slash = key.indexOf('/');
    const namespace = namespaceIn(scope, cluster);
    const { createdAtMs } = evidence.about(id);
    const { names = [], streams = [] } = used.get(id) ?? {};
    yield {
      kind: key.slice(0, slash),
      ...(namespace !== undefined && { namespace }),
      name: key.slice(slash + 1),
      ...(createdAtMs !== undefined && { createdAtMs }),
      holds: holds.get(id) ?? [],
      uses: names,
      ...(streams.length > 0 && { usesOfStreams: streams }),
    };
  }
}

interface Used {
  readonly names: string[];
  readonly streams: string[];
}

function usesOf({ resources, edges }: Evidence): ReadonlyMap<ResourceId, Used> {
  const found = new Map<ResourceId, Used>();
  const { from, to, kinds, length } = edges;
  for (let n = 0; n < length; n += 1) {
    const { kind, scope, key } = resources.at(to[n] as ResourceId);
    if (edgeKinds[kinds[n] as number] !== 'uses' || kind !== 'image-reference')
      throw lost(`that something refers to a ${kind}`);
    const user = from[n] as ResourceId;
    const used = found.get(user) ?? { names: [], streams: [] };
    found.set(user, used);
    const list = scope === STREAMS_SCOPE ? used.streams : used.names;
    if (!list.includes(key)) list.push(key);
  }
  return found;
}

function holdsOf({ holds }: Evidence): ReadonlyMap<ResourceId, readonly string[]> {
  const found = new Map<ResourceId, string[]>();
  const { resources, length } = holds;
  for (let n = 0; n < length; n += 1) {
    const id = resources[n] as ResourceId;
    const words = found.get(id) ?? [];
    found.set(id, words);
    if (!words.includes(holds.by(n))) words.push(holds.by(n));
  }
  return found;
}

function namespaceIn(scope: string, cluster: string): string | undefined {
  if (scope === cluster) return undefined;
  if (!scope.startsWith(`${cluster}/`)) throw lost(`a workload of ${scope}`);
  return scope.slice(cluster.length + 1);
}

function lost(what: string): Error {
  return new Error(`taking a snapshot: a cluster has stated ${what}, and there is no place for that in a snapshot`);
}
