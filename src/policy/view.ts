import { firstClaims } from '../evidence/claims.ts';
import type { Evidence } from '../evidence/evidence.ts';
import { formatResource, type ResourceId } from '../evidence/resource.ts';
import { type Graph, keptBy } from '../graph/graph.ts';
import type { Digest } from '../oci/digest.ts';
import type { Reason } from './reason.ts';

/** What rules may look at. Time is an argument. */
export interface View {
  readonly evidence: Evidence;
  readonly graph: Graph;
  /** Who keeps a resource: {@link graph} turned round. */
  readonly keepers: Graph;
  readonly nowMs: number;
  /** When a tag was first seen on its present digest, where that is remembered. */
  firstSeenMs(tag: ResourceId): number | undefined;
  /** The digests that a tag is known to have been on, newest first, its present one included; absent where nothing is remembered. */
  readonly tagHistory?: (tag: ResourceId) => readonly TagRevision[];
  /** Since when pulls from a repository (by scope) are known without a gap; undefined: they are not. Absent: of none. */
  readonly pullsKnownSinceMs?: (scope: string) => number | undefined;
}

/** A digest that a tag was on, and since when (UTC milliseconds). */
export interface TagRevision {
  readonly digest: Digest;
  readonly sinceMs: number;
}

/** A rule's word on a resource. Saying nothing is the third possibility. */
export type Ruling = Reason | undefined;

/** A rule looks at everything once, then rules on one resource after the other. `keep` beats `delete`. */
export type Rule = (view: View) => (id: ResourceId) => Ruling;

/** All tags that exist. */
export function* tagsOf(evidence: Evidence): Generator<ResourceId> {
  const { resources } = evidence;
  for (let id = 0; id < resources.size; id += 1) if (resources.kind(id) === 'tag' && evidence.exists(id)) yield id;
}

/** The manifest that a tag points at, or `undefined` where it could not be resolved. */
export function manifestOf(view: Pick<View, 'graph'>, tag: ResourceId): ResourceId | undefined {
  for (const arc of keptBy(view.graph, tag)) if (arc.as === 'tag') return arc.id;
  return undefined;
}

/** What the records say of a tag: held by an active one, retired by inactive ones only, or unknown to all. */
export interface RecordWord {
  readonly status: 'active' | 'inactive' | 'none';
  readonly by: string;
}

/** Looks up {@link RecordWord} for tags; the claims are indexed once. */
export function recordWords(view: View): (tag: ResourceId) => RecordWord {
  const { evidence, keepers } = view;
  const held = firstClaims(evidence.holds);
  const retired = firstClaims(evidence.retires);
  return (tag) => {
    let word: RecordWord = { status: 'none', by: '' };
    for (const { id, as } of keptBy(keepers, tag)) {
      if (as !== 'record') continue;
      const active = held.get(id);
      if (active !== undefined) return { status: 'active', by: active };
      const inactive = retired.get(id);
      word = { status: 'inactive', by: inactive ?? `${formatResource(evidence.resources.at(id))} without a status` };
      if (inactive === undefined) return { status: 'active', by: word.by };
    }
    return word;
  };
}
