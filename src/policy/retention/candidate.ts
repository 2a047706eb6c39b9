import type { ResourceId } from '../../evidence/resource.ts';
import { keptBy } from '../../graph/graph.ts';
import { mark } from '../../graph/mark.ts';
import { parseReferrerTag } from '../../oci/referrer-tag.ts';
import { manifestOf, tagsOf, type View } from '../view.ts';

/** What a policy judges: a tag with its image, or a manifest that no tag leads to. */
export interface Candidate {
  /** The tag, or the manifest. */
  readonly id: ResourceId;
  readonly scope: string;
  /** Name of the tag; absent: no tag leads to it. */
  readonly tag?: string;
  /** Undefined: a tag that points at nothing that was seen. */
  readonly manifest: ResourceId | undefined;
}

/**
 * How a policy looks at a resource.
 *
 * - `judged`: its rules decide.
 * - `attached`: a tag on what belongs to another manifest: it stays and goes with that, unless a rule keeps it.
 * - `left`: a manifest that tags lead to, and with which they stay or go. It can be the past of another tag.
 * - `orphan`: it belongs to a manifest that is not there.
 * - `follows`: nothing of its own is to be said.
 */
export type Standing =
  | { readonly as: 'judged' | 'attached' | 'left'; readonly candidate: Candidate }
  | { readonly as: 'orphan'; readonly subject: ResourceId }
  | { readonly as: 'follows' };

/** Sorts tags and manifests that exist by how a policy looks at them. What tags lead to is marked once. */
export function standings(view: View): (id: ResourceId) => Standing {
  const { resources } = view.evidence;
  const tagged = mark(view.graph, tagsOf(view.evidence));
  return (id) => {
    const scope = resources.scope(id);
    if (resources.kind(id) === 'manifest')
      return tagged.has(id) ? { as: 'left', candidate: { id, scope, manifest: id } } : untaggedStanding(view, id);
    const tag = resources.key(id);
    if (parseReferrerTag(tag) !== undefined) return { as: 'follows' };
    const candidate = { id, scope, tag, manifest: manifestOf(view, id) };
    return { as: isAttached(view, id) ? 'attached' : 'judged', candidate };
  };
}

/** Whether what the tag is on belongs to another manifest of its repository. */
export function isAttached({ keepers, evidence }: View, tag: ResourceId): boolean {
  for (const { id, as } of keptBy(keepers, tag)) if (as === 'referrer-tag' && evidence.exists(id)) return true;
  return false;
}

/** What another manifest lists or is the subject of, goes and stays with that: the one at the top is judged for all. */
function untaggedStanding({ keepers, evidence }: View, id: ResourceId): Standing {
  const { resources } = evidence;
  let missing: ResourceId | undefined;
  for (const { id: keeper, as } of keptBy(keepers, id)) {
    if (keeper === id || resources.kind(keeper) !== 'manifest') continue;
    if (evidence.exists(keeper)) return { as: 'follows' };
    if (as === 'subject') missing = keeper;
  }
  if (missing !== undefined) return { as: 'orphan', subject: missing };
  return { as: 'judged', candidate: { id, scope: resources.scope(id), manifest: id } };
}
