import { firstClaims } from '../evidence/claims.ts';
import type { ResourceId } from '../evidence/resource.ts';
import { keptBy } from '../graph/graph.ts';
import { mark } from '../graph/mark.ts';
import type { Decisions } from './decide.ts';
import type { Reason } from './reason.ts';
import type { View } from './view.ts';

/**
 * The same decisions, with a nearer word for tags and manifests that a workload names: `held` with the name that it uses, or
 * `bad-reference` where that can't be read and may mean them.
 *
 * @param isBad - whether a name can't be read.
 */
export function withUses(
  { evidence, keepers }: Pick<View, 'evidence' | 'keepers'>,
  decisions: Decisions,
  isBad: (reference: string) => boolean,
): Decisions {
  const { resources } = evidence;
  const { marks } = decisions;
  const words = firstClaims(evidence.holds);
  const reasonOf = (id: ResourceId): Reason => {
    const reference = marks.from[id] as ResourceId;
    const isNamed = marks.has(id) && resources.kind(reference) === 'image-reference';
    if (!isNamed || reference === id) return decisions.reasonOf(id);
    const name = resources.key(reference);
    const user = userOf(reference);
    const who = user === undefined ? 'somebody' : (words.get(user) ?? decisions.reasonOf(user).because);
    return { code: isBad(name) ? 'bad-reference' : 'held', because: `${who} uses ${name}` };
  };
  return { ...decisions, reasonOf };

  /** A live one before one that only a rule keeps. */
  function userOf(reference: ResourceId): ResourceId | undefined {
    let kept: ResourceId | undefined;
    for (const { id, as } of keptBy(keepers, reference)) {
      if (as !== 'uses' || !marks.has(id)) continue;
      if (words.has(id)) return id;
      kept ??= id;
    }
    return kept;
  }
}

/** Whether a live workload leads to a thing. */
export function reachedByUses({ evidence, graph }: Pick<View, 'evidence' | 'graph'>): (id: ResourceId) => boolean {
  const { resources } = evidence;
  const marks = mark(
    graph,
    [...firstClaims(evidence.holds).keys()].filter((id) => resources.kind(id) === 'workload'),
  );
  return (id) => marks.has(id);
}
