import type { Evidence } from '../evidence/evidence.ts';
import { formatResource, type ResourceId } from '../evidence/resource.ts';
import { type Graph, keptBy } from '../graph/graph.ts';
import { bytesFreedBy } from '../graph/size.ts';
import { isDigest } from '../oci/digest.ts';
import type { Decisions } from '../policy/decide.ts';
import type { Reason } from '../policy/reason.ts';
import type { Action } from './action.ts';
import { orderDeletions } from './order.ts';

/** How the registry can remove a tag, and whether manifests can be deleted at all. */
export interface RegistryMeans {
  /** `digest`: only with its manifest, and so with every tag of that manifest. */
  readonly untagBy: 'tag' | 'digest';
  readonly deleteManifests: boolean;
  /** Where a tag goes only with a manifest that must stay: push a tiny manifest over the tag, and delete that. */
  readonly untagByOverwrite: boolean;
}

/** The actions, in a safe order, and the tags that stay after all because they can't go alone. */
export interface RegistryActions {
  readonly actions: readonly Action[];
  readonly keptAfterAll: ReadonlyMap<ResourceId, Reason>;
}

/** Turns decisions on tags and manifests into actions that this registry can carry out. */
export function registryActions(
  evidence: Evidence,
  graph: Graph,
  keepers: Graph,
  decisions: Decisions,
  means: RegistryMeans,
): RegistryActions {
  const keptAfterAll = new Map<ResourceId, Reason>();
  const deleted: ResourceId[] = [];
  for (let id = 0; id < graph.size; id += 1) {
    if (!decisions.isDeleted(id)) continue;
    const kind = evidence.resources.kind(id);
    if (kind === 'manifest' && !means.deleteManifests) continue;
    if (kind === 'tag') {
      const bound = boundBy(evidence, graph, decisions, means, id);
      if (bound !== undefined) {
        keptAfterAll.set(id, bound);
        continue;
      }
    }
    deleted.push(id);
  }
  deleted.sort(byName(evidence));

  const members = new Set(deleted);
  const sequence = tagsBesideManifests(evidence, keepers, orderDeletions(graph, deleted), members);
  const isKept = (id: ResourceId) => decisions.marks.has(id);
  const freed = bytesFreedBy(graph, sequence, isKept, blobBytes(evidence));
  const position = new Map(sequence.map((id, index) => [id, index + 1]));
  const actions = sequence.map((id, index) => {
    const before = [...keptBy(keepers, id)].map((arc) => position.get(arc.id) ?? sequence.length);
    const after = before.filter((n) => n <= index).sort((a, b) => a - b);
    return toAction(evidence, graph, decisions, means, {
      id,
      n: index + 1,
      after: [...new Set(after)],
      freesBytes: freed[index] ?? 0,
      position,
    });
  });
  return { actions, keptAfterAll };
}

/** Manifests take space, too, but a registry may keep one copy for all repositories, or none: only blobs are counted. */
function blobBytes({ resources, sizeBytes }: Evidence): (id: ResourceId) => number {
  return (id) => (resources.kind(id) === 'blob' ? sizeBytes(id) : 0);
}

/** By scope and name: the same world gives the same plan, whatever answered first. */
function byName({ resources }: Evidence): (a: ResourceId, b: ResourceId) => number {
  return (a, b) =>
    resources.scopeNumber(a) === resources.scopeNumber(b)
      ? resources.compareKeys(a, b)
      : compare(resources.scope(a), resources.scope(b));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Why a tag can't go alone: the registry would take a manifest with it that must stay. */
function boundBy(
  evidence: Evidence,
  graph: Graph,
  decisions: Decisions,
  means: RegistryMeans,
  tag: ResourceId,
): Reason | undefined {
  if (means.untagBy === 'tag' || means.untagByOverwrite) return undefined;
  const manifest = target(graph, tag);
  if (manifest === undefined || !decisions.marks.has(manifest)) return undefined;
  const { code, because } = decisions.reasonOf(manifest);
  if (code === 'evidence-gap') return { code, because };
  return { code: 'shares-digest', because: `${evidence.resources.key(manifest)} is needed: ${because}` };
}

/** Each manifest directly behind its tags, so that those which go in one request stand together. */
function tagsBesideManifests(
  evidence: Evidence,
  keepers: Graph,
  ordered: readonly ResourceId[],
  members: ReadonlySet<ResourceId>,
): readonly ResourceId[] {
  const placed = new Set<ResourceId>();
  const sequence: ResourceId[] = [];
  const withManifest = new Set<ResourceId>();
  for (const id of ordered) {
    if (evidence.resources.kind(id) !== 'manifest') continue;
    for (const arc of keptBy(keepers, id)) if (arc.as === 'tag' && members.has(arc.id)) withManifest.add(arc.id);
  }
  for (const id of ordered) {
    if (withManifest.has(id)) continue;
    const tags = [...keptBy(keepers, id)]
      .filter((arc) => arc.as === 'tag' && withManifest.has(arc.id))
      .map((arc) => arc.id);
    for (const one of [...tags.sort((a, b) => a - b), id]) {
      if (placed.has(one)) continue;
      placed.add(one);
      sequence.push(one);
    }
  }
  return sequence;
}

interface Place {
  readonly id: ResourceId;
  readonly n: number;
  readonly after: readonly number[];
  readonly freesBytes: number;
  readonly position: ReadonlyMap<ResourceId, number>;
}

/** Written out, not spread: there may be a million, and each spread leaves more behind than what it makes. */
function toAction(evidence: Evidence, graph: Graph, decisions: Decisions, means: RegistryMeans, place: Place): Action {
  const { id, n, after, freesBytes, position } = place;
  const resource = evidence.resources.at(id);
  const { code: reason, because } = decisions.reasonOf(id);
  if (resource.kind === 'manifest') {
    const [kind, expects] = ['delete-manifest', { untagged: true }] as const;
    return means.untagBy === 'digest'
      ? { n, target: resource, after, reason, because, freesBytes, do: kind, unit: n, expects }
      : { n, target: resource, after, reason, because, freesBytes, do: kind, expects };
  }
  const manifest = target(graph, id);
  const digest = manifest === undefined ? undefined : evidence.resources.key(manifest);
  if (digest !== undefined && !isDigest(digest))
    throw new Error(`${formatResource(resource)} is to be deleted but points at ${digest}, which is no digest`);
  const unit = manifest === undefined ? undefined : position.get(manifest);
  const by = means.untagBy === 'tag' ? 'tag' : unit === undefined ? 'overwrite' : 'digest';
  const expects = digest === undefined ? { dangling: true } : { digest };
  const kind = 'delete-tag';
  return by === 'digest' && unit !== undefined
    ? { n, target: resource, after, reason, because, freesBytes, do: kind, by, unit, expects }
    : { n, target: resource, after, reason, because, freesBytes, do: kind, by, expects };
}

function target(graph: Graph, tag: ResourceId): ResourceId | undefined {
  for (const arc of keptBy(graph, tag)) if (arc.as === 'tag') return arc.id;
  return undefined;
}
