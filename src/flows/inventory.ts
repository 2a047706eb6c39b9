import { type ResourceId, repositoryIn } from '../evidence/resource.ts';
import { type Graph, keptBy } from '../graph/graph.ts';
import { rootOf } from '../graph/why.ts';
import { systemName } from '../plan/plan.ts';
import type { Reason } from '../policy/reason.ts';
import { manifestOf } from '../policy/view.ts';
import { countAges } from '../report/inventory-ages.ts';
import type {
  InventoryHeader,
  InventoryImage,
  InventoryLine,
  InventoryRepository,
  InventoryTag,
  Verdict,
} from '../systems/history/contract.ts';
import { type DividedBytes, divideRegistry } from './inventory-bytes.ts';
import { inventoryLinks } from './inventory-links.ts';
import type { Planned } from './plan-tags.ts';
import { type Members, membersByRepository } from './repository-members.ts';

/** What a plan was made from, line by line: for pages that show a registry, its images and what keeps each. */
export interface Inventory {
  readonly header: InventoryHeader;
  readonly lines: Iterable<InventoryLine>;
}

/** Takes the inventory of a registry that was planned for. */
export function takeInventory(planned: Planned): Inventory {
  const { plan, view } = planned;
  const { evidence } = view;
  const { id, flow, scope, madeAtMs, freesBytes, gaps } = plan.header;
  const members = membersByRepository(evidence, systemName(scope));
  const bytes = divideRegistry(view, members);
  const fates = fatesIn(planned);
  const count = (of: (one: Members) => number) => [...members.values()].reduce((sum, one) => sum + of(one), 0);
  return {
    header: {
      ...{ inventory: 'inventory/v1', target: systemName(scope), flow, planId: id, madeAtMs },
      repositories: members.size,
      tags: count((one) => one.tags.length),
      images: count((one) => one.manifests.length),
      ...{ bytes: bytes.bytes, sharedBytes: bytes.sharedBytes, untaggedBytes: bytes.untaggedBytes },
      reclaimableBytes: freesBytes,
      gaps: gaps.length,
    },
    lines: linesOf(planned, members, bytes, fates),
  };
}

function* linesOf(
  planned: Planned,
  members: ReadonlyMap<string, Members>,
  bytes: DividedBytes,
  fates: Fates,
): Generator<InventoryLine> {
  let n = 0;
  for (const [name, own] of members) {
    yield { repository: repositoryLine(planned, name, own, bytes, n, fates) };
    n += 1;
  }
  const imagesOf = namersOf(planned);
  for (const [repository, { tags, manifests }] of members) {
    for (const tag of tags) yield { tag: tagLine(planned, repository, tag, bytes, fates) };
    for (const manifest of manifests) yield { image: imageLine(planned, repository, manifest, bytes, fates, imagesOf) };
  }
  for (const link of inventoryLinks(planned.view)) yield { link };
}

function repositoryLine(
  { view }: Planned,
  name: string,
  { tags, manifests }: Members,
  bytes: DividedBytes,
  n: number,
  fates: Fates,
): InventoryRepository {
  const times = manifests.flatMap((id) => view.evidence.about(id).createdAtMs ?? []);
  return {
    ...{ name, tags: tags.length, images: manifests.length },
    ...{ exclusiveBytes: 0, sharedInsideBytes: 0, untaggedBytes: 0, sharedOutsideBytes: 0, ...bytes.repositories[n] },
    goingTags: tags.filter((tag) => fates.verdictOf(tag) === 'goes').length,
    goingBytes: fates.goingBytesIn(name),
    ages: countAges(
      tags.map((tag) => ({
        ...timesOf(view, tag, manifestOf(view, tag)),
        ...{ verdict: fates.verdictOf(tag), exclusiveBytes: bytes.exclusiveOf(tag) },
      })),
      view.nowMs,
    ),
    ...(times.length > 0 && { newestAtMs: times.reduce(later), oldestAtMs: times.reduce(earlier) }),
  };
}

function tagLine(
  { view }: Planned,
  repository: string,
  tag: ResourceId,
  bytes: DividedBytes,
  fates: Fates,
): InventoryTag {
  const { resources } = view.evidence;
  const manifest = manifestOf(view, tag);
  return {
    ...{ repository, tag: resources.key(tag) },
    ...(manifest !== undefined && { digest: resources.key(manifest) }),
    ...{ exclusiveBytes: bytes.exclusiveOf(tag), bytes: bytes.reachedFrom(tag) },
    ...timesOf(view, tag, manifest),
    ...fates.fateOf(tag),
  };
}

function imageLine(
  { view }: Planned,
  repository: string,
  manifest: ResourceId,
  bytes: DividedBytes,
  fates: Fates,
  imagesOf: (blob: ResourceId) => number,
): InventoryImage {
  const { evidence, graph } = view;
  const { resources } = evidence;
  const { attributes } = evidence.about(manifest);
  const layers = [...keptBy(graph, manifest)].filter(({ as }) => as === 'layer' || as === 'config');
  return {
    ...{ repository, digest: resources.key(manifest), bytes: bytes.reachedFrom(manifest) },
    ...timesOf(view, manifest),
    ...fates.fateOf(manifest),
    layers: layers.map(({ id }) => ({
      ...{ digest: resources.key(id), bytes: evidence.sizeBytes(id), images: imagesOf(id) },
    })),
    ...(attributes !== undefined && { attributes }),
  };
}

/** The first of these things that knows a time tells it. */
function timesOf({ evidence }: Planned['view'], ...ids: readonly (ResourceId | undefined)[]) {
  const abouts = ids.flatMap((id) => (id === undefined ? [] : evidence.about(id)));
  const created = abouts.find(({ createdAtMs }) => createdAtMs !== undefined)?.createdAtMs;
  const used = abouts.find(({ lastUsedAtMs }) => lastUsedAtMs !== undefined)?.lastUsedAtMs;
  return {
    ...(created !== undefined && { createdAtMs: created }),
    ...(used !== undefined && { lastUsedAtMs: used }),
  };
}

interface Fates {
  verdictOf(id: ResourceId): Verdict;
  fateOf(id: ResourceId): { readonly verdict: Verdict; readonly reasonCode: string; readonly reason: string };
  /** What the actions in a repository free. */
  goingBytesIn(repository: string): number;
}

function fatesIn({ view, decisions, actions }: Planned): Fates {
  const { evidence } = view;
  const going = new Set<ResourceId>();
  const goingBytes = new Map<string, number>();
  for (const { target, freesBytes } of actions.actions) {
    const id = evidence.resources.find(target.kind, target.scope, target.key);
    if (id !== undefined) going.add(id);
    const repository = repositoryIn(target.scope);
    goingBytes.set(repository, (goingBytes.get(repository) ?? 0) + freesBytes);
  }
  const held = new Set(evidence.holds.resources);
  const verdictOf = (id: ResourceId): Verdict => {
    if (going.has(id)) return 'goes';
    const root = rootOf(decisions.marks, id);
    return root !== undefined && held.has(root) ? 'used' : 'stays';
  };
  return {
    verdictOf,
    fateOf: (id) => {
      const { code, because }: Reason = actions.keptAfterAll.get(id) ?? decisions.reasonOf(id);
      return { verdict: verdictOf(id), reasonCode: code, reason: because };
    },
    goingBytesIn: (repository) => goingBytes.get(repository) ?? 0,
  };
}

/** How many manifests name a blob, in all repositories. */
function namersOf({ view }: Planned): (blob: ResourceId) => number {
  const { rows }: Graph = view.keepers;
  return (blob) => (rows[blob + 1] as number) - (rows[blob] as number);
}

function later(a: number, b: number): number {
  return Math.max(a, b);
}

function earlier(a: number, b: number): number {
  return Math.min(a, b);
}
