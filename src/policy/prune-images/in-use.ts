import { firstClaims } from '../../evidence/claims.ts';
import type { Evidence } from '../../evidence/evidence.ts';
import type { ResourceId } from '../../evidence/resource.ts';
import { keptBy } from '../../graph/graph.ts';
import { type Marks, mark } from '../../graph/mark.ts';
import type { Decisions } from '../decide.ts';
import type { Reason } from '../reason.ts';
import type { View } from '../view.ts';
import { endedPodCounts } from './ended-pod.ts';
import type { PruneImagesPolicy } from './policy.ts';

/** What workloads reach: no rule needs to speak of it. */
export function reachedByWorkloads({ evidence, graph, nowMs }: View, policy: PruneImagesPolicy): Marks {
  return mark(graph, liveWorkloads(evidence, policy, nowMs));
}

function* liveWorkloads(evidence: Evidence, policy: PruneImagesPolicy, nowMs: number): Generator<ResourceId> {
  const held = firstClaims(evidence.holds);
  const counts = endedPodCounts(evidence, policy, nowMs);
  for (let id = 0; id < evidence.resources.size; id += 1)
    if (evidence.resources.kind(id) === 'workload' && (held.has(id) || counts(id))) yield id;
}

/**
 * The same decisions, with a nearer word for what is used directly: `tag-in-use` for the item at which somebody's tag points, `held` for
 * what somebody names by digest, `bad-reference` for what a name that can't be read may mean.
 *
 * @param isBad - whether a reference can't be read.
 */
export function withUses(
  { evidence, keepers }: View,
  decisions: Decisions,
  isBad: (reference: ResourceId) => boolean,
): Decisions {
  const { resources } = evidence;
  const { marks } = decisions;
  const words = firstClaims(evidence.holds);
  const reasonOf = (id: ResourceId): Reason => {
    const reason = decisions.reasonOf(id);
    if (reason.code !== 'referenced' && reason.code !== 'unreferenced') return reason;
    if (!marks.has(id)) return reason;
    const kind = resources.kind(id);
    if (kind !== 'stream-item' && kind !== 'image-object') return reason;
    const reference = marks.from[id] as ResourceId;
    if (resources.kind(reference) !== 'image-reference') return reason;
    const user = userOf(reference);
    const because = `${user === undefined ? 'somebody' : (words.get(user) ?? decisions.reasonOf(user).because)} uses ${resources.key(reference)}`;
    if (isBad(reference)) return { code: 'bad-reference', because };
    const byTag = kind === 'stream-item' && !resources.key(reference).includes('@') && !isBareDigest(reference);
    return { code: byTag ? 'tag-in-use' : 'held', because };
  };
  return { ...decisions, reasonOf };

  /** An image stream may name what somebody else uses; it is no use of its own. */
  function userOf(reference: ResourceId): ResourceId | undefined {
    let found: ResourceId | undefined;
    for (const { id, as } of keptBy(keepers, reference)) {
      if (as !== 'uses' || !marks.has(id)) continue;
      if (!resources.key(id).startsWith('ImageStream/')) return id;
      found ??= id;
    }
    return found;
  }

  function isBareDigest(reference: ResourceId): boolean {
    return /^sha\d+:/.test(resources.key(reference));
  }
}
