import type { Evidence } from '../evidence/evidence.ts';
import type { ResourceId, ResourceKind } from '../evidence/resource.ts';
import type { Graph } from '../graph/graph.ts';
import type { BlobTable } from '../policy/blob-table.ts';
import type { Decisions } from '../policy/decide.ts';
import type { HardPrunePolicy } from '../policy/hard-prune.ts';
import type { PendingTable } from '../policy/pending-table.ts';
import type { ActionKind } from './action.ts';
import { orderDeletions } from './order.ts';

/** All that the actions on a registry's storage are made from. */
export interface StoreActionsInput {
  readonly evidence: Evidence;
  readonly graph: Graph;
  /** {@link graph} turned round; asked for only where manifests go. */
  readonly keepers: () => Graph;
  readonly decisions: Decisions;
  readonly looks: BlobTable;
  readonly pending: PendingTable;
  /** Whether the data of a blob lies in its place (and not in the quarantine alone). */
  readonly isInPlace: (id: ResourceId) => boolean;
  /** Blobs whose way out is to end, though their data is not needed yet: somebody has linked them again. */
  readonly toRestore: Iterable<ResourceId>;
  /** A step may follow the one before it in the same run: nobody can push in between. */
  readonly withoutWaiting: { readonly hide: boolean; readonly purge: boolean };
  /** Whether links were asked for: then the newest time of a blob is that of its links as well. */
  readonly linksKnown: boolean;
  readonly nowMs: number;
  /** How old things must be to go; told to whoever applies the plan, since the clock that it was made by may be wrong. */
  readonly policy: Pick<HardPrunePolicy, 'minBlobAgeMs' | 'uploadAgeMs' | 'leftoverAgeMs'>;
}

/** One action on a storage, before it is written out: there may be a million. */
export interface StoreStep {
  readonly id: ResourceId;
  readonly kind: ActionKind;
  /** No further step of this plan is about the same blob: its bytes are counted here. */
  readonly isLast: boolean;
}

/**
 * All steps: first what is brought back, then manifests, then blobs (links of all, data of all, then what goes for good), then what
 * lies about. Among equals by name, so that the same world gives the same plan.
 */
export function stepsInOrder(input: StoreActionsInput): readonly StoreStep[] {
  const found = sortOut(input);
  const { hide, purge } = input.withoutWaiting;
  const unlink = keepersFirst(input, [...found.manifests, ...found.unlink]);
  const linkless = unlink.filter((id) => !isManifest(input, id));
  const hides = hide ? [...found.hide, ...linkless] : found.hide;
  const purges = hide && purge ? [...found.purge, ...hides] : found.purge;
  return [
    ...found.restore.map((id) => step(id, 'restore-blob')),
    ...unlink.map((id) => (isManifest(input, id) ? step(id, 'delete-manifest') : step(id, 'unlink-blob', !hide))),
    ...hides.map((id) => step(id, 'hide-blob', !purge || !hide)),
    ...purges.map((id) => step(id, 'purge-blob')),
    ...found.leftovers.map((id) => step(id, leftoverKind(input, id))),
  ];
}

function step(id: ResourceId, kind: ActionKind, isLast = true): StoreStep {
  return { id, kind, isLast };
}

type Found = Record<'restore' | 'manifests' | 'unlink' | 'hide' | 'purge' | 'leftovers', readonly ResourceId[]>;

function sortOut(input: StoreActionsInput): Found {
  const { decisions, evidence, isInPlace } = input;
  const { resources } = evidence;
  const found = {
    restore: [...input.toRestore],
    manifests: [] as ResourceId[],
    unlink: [] as ResourceId[],
    hide: [] as ResourceId[],
    purge: [] as ResourceId[],
    leftovers: [] as ResourceId[],
  };
  for (let id = 0; id < resources.size; id += 1) {
    if (!decisions.condemned.has(id) || !decisions.isDeleted(id)) continue;
    const kind = resources.kind(id);
    if (kind === 'manifest') found.manifests.push(id);
    else if (kind !== 'blob') found.leftovers.push(id);
    else if (!isInPlace(id)) found.purge.push(id);
    else found[decisions.reasonOf(id).code === 'grace-over' ? 'hide' : 'unlink'].push(id);
  }
  for (const ids of [found.restore, found.unlink, found.hide, found.purge]) sortByDigest(input, ids);
  for (const ids of [found.manifests, found.leftovers]) sortByName(input, ids);
  return found;
}

/** Manifests before what only they named. Blobs that no manifest named keep each other only where one was a manifest. */
function keepersFirst(input: StoreActionsInput, ids: readonly ResourceId[]): readonly ResourceId[] {
  return ids.some((id) => isManifest(input, id)) ? orderDeletions(input.graph, ids) : ids;
}

function isManifest({ evidence }: StoreActionsInput, id: ResourceId): boolean {
  return evidence.resources.kind(id) === 'manifest';
}

/** Repositories come last, the deepest first: a folder goes when nothing is in it any more. */
function sortByName({ evidence: { resources } }: StoreActionsInput, ids: ResourceId[]): void {
  const isRepository = (id: ResourceId) => (resources.kind(id) === 'repository' ? 1 : 0);
  ids.sort((a, b) => {
    const [one, other] = [resources.at(a), resources.at(b)];
    if (isRepository(a) !== isRepository(b)) return isRepository(a) - isRepository(b);
    if (isRepository(a) === 1) return compare(other.key, one.key);
    return compare(one.kind, other.kind) || compare(one.scope, other.scope) || compare(one.key, other.key);
  });
}

/** By the first 52 bits of the digests, as numbers: a million texts would be slow and large. */
function sortByDigest({ evidence: { resources } }: StoreActionsInput, ids: ResourceId[]): void {
  const keys = Float64Array.from(ids, (id) => Number.parseInt(resources.key(id).slice(-64, -51), 16));
  const order = Uint32Array.from(ids.keys()).sort((a, b) => (keys[a] as number) - (keys[b] as number));
  const unsorted = Uint32Array.from(ids);
  for (const [n, index] of order.entries()) ids[n] = unsorted[index] as ResourceId;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function leftoverKind({ evidence: { resources } }: StoreActionsInput, id: ResourceId): ActionKind {
  const kind = leftoverActions[resources.kind(id)];
  if (kind === undefined) throw new Error(`nothing removes a ${resources.kind(id)}`);
  return kind;
}

/** What removes a thing that only lies about, by its kind. */
const leftoverActions: Partial<Record<ResourceKind, ActionKind>> = {
  upload: 'delete-upload',
  'temporary-file': 'delete-temporary',
  'layer-link': 'delete-link',
  'tag-history-link': 'delete-link',
  repository: 'delete-repository',
};
