import type { Evidence } from '../evidence/evidence.ts';
import type { ResourceId, ResourceKind } from '../evidence/resource.ts';
import type { PlanHeader } from '../plan/plan.ts';
import type { RepositoryCounts } from '../plan/repository-counts.ts';
import type { StoreActions } from '../plan/store-actions.ts';
import type { BlobBytes, StoreCounts } from '../plan/store-counts.ts';
import { brokenStoreLimits, enoughNeededBytes } from '../plan/store-limits.ts';
import type { BlobTable } from '../policy/blob-table.ts';
import type { Decisions } from '../policy/decide.ts';
import type { ReasonCode } from '../policy/reason.ts';
import type { SaidTable } from '../policy/said.ts';
import { Growable } from '../util/pure/growable.ts';
import type { PlanStoreInput, StoreSight } from './plan-store-input.ts';
import { inShard } from './shard.ts';
import { weighNeeded } from './weigh-blobs.ts';

interface StoreHeaderInput extends PlanStoreInput {
  readonly sight: StoreSight;
  readonly decisions: Decisions;
  /** Why what was a root of its own stays. */
  readonly roots: SaidTable;
  readonly looks: BlobTable;
  readonly actions: StoreActions;
  readonly atMs: number;
}

/** The first line of a plan for a storage: what is there, what becomes of it, and whether a limit is broken. */
export async function storeHeader(input: StoreHeaderInput, signal: AbortSignal): Promise<PlanHeader> {
  const { id, scope, policy, maxDeleteRatio, actions, atMs, sight } = input;
  const { sources, gaps } = sight.evidence;
  const { needed, goBytes, unneededBytes, ...counts } = countStore(input);
  const bytes = await weighStore(input, { counts, needed, goBytes, unneededBytes }, signal);
  const store = { ...counts, ...(bytes !== undefined && { bytes }), ...seenByAll(input) };
  const repositories = countByRepository(input);
  const broken = [...brokenStoreLimits({ maxDeleteRatio }, store), ...(await input.drops(repositories))];
  return {
    ...{ winnow: 'plan/v1', id, flow: 'hard-prune', scope },
    madeAtMs: atMs - input.aheadMs,
    expiresAtMs: atMs - input.aheadMs + input.expiresAfterMs,
    ...{ records: input.holdersShown, evidence: sources, gaps, policy, limits: { maxDeleteRatio }, broken },
    ...{ repositories, store, keptByReason: keptByReason(input) },
    ...(input.clustersShown !== undefined && { clusters: input.clustersShown }),
    ...(input.references !== undefined && { references: input.references }),
    actionCount: actions.count,
    freesBytes: actions.freesBytes,
  };
}

/** Those who made the mark saw all repositories; who takes a part of it sees blobs alone. */
function seenByAll({ sharedMark }: StoreHeaderInput): Partial<StoreCounts> {
  if (sharedMark === undefined) return {};
  const { repositories, tags, manifests } = sharedMark.counts;
  return { repositories, tags, manifests };
}

interface Counted {
  /** Blobs that something needs. */
  readonly needed: Uint32Array;
  readonly goBytes: number;
  readonly unneededBytes: number;
}

/** What all blobs weigh, as far as a limit on what goes asks for it. */
async function weighStore(
  { store, sight: { evidence }, maxDeleteRatio }: StoreHeaderInput,
  { counts, needed, goBytes, unneededBytes }: Counted & { readonly counts: StoreCounts },
  signal: AbortSignal,
): Promise<BlobBytes | undefined> {
  const enoughBytes = enoughNeededBytes({ maxDeleteRatio }, counts, { goBytes, unneededBytes });
  if (enoughBytes === undefined) return undefined;
  const { bytes, isLeast } = await weighNeeded({ store, evidence, needed, enoughBytes }, signal);
  return { goBytes, allBytes: unneededBytes + bytes, isLeast };
}

function countStore(input: StoreHeaderInput): StoreCounts & Counted {
  const { sight, decisions, roots, shard, actions, policy, looks } = input;
  const { evidence, inPlace, pending } = sight;
  const { resources } = evidence;
  const counts = { repositories: 0, tags: 0, manifests: 0, blobs: 0, live: 0, unneeded: 0, young: 0, waiting: 0 };
  const needed = new Growable((length) => new Uint32Array(length));
  let goBytes = 0;
  let unneededBytes = 0;
  const { size } = resources;
  for (let id = 0; id < size; id += 1) {
    if (!evidence.exists(id)) continue;
    const kind = resources.kind(id);
    if (kind === 'repository') counts.repositories += 1;
    else if (kind === 'tag') counts.tags += 1;
    else if (kind === 'manifest') counts.manifests += 1;
    if (kind !== 'blob' || !inPlace.has(id) || !inShard(resources, id, shard)) continue;
    counts.blobs += 1;
    const code = decisions.marks.has(id) ? roots.get(id)?.code : 'no-manifest';
    if (code === 'grace') counts.waiting += 1;
    if (code === undefined || !fates.has(code)) {
      counts.live += 1;
      needed.push(id);
      continue;
    }
    const sizeBytes = looks.get(id)?.sizeBytes ?? 0;
    counts.unneeded += 1;
    unneededBytes += sizeBytes;
    if (code === 'keep-younger-than') counts.young += 1;
    else goBytes += sizeBytes;
  }
  let hidden = 0;
  let hiddenBytes = 0;
  for (const id of pending.ids()) {
    const one = pending.get(id);
    if (one?.state !== 'hidden') continue;
    hidden += 1;
    hiddenBytes += one.sizeBytes;
  }
  return {
    ...counts,
    ...{ needed: needed.view(), goBytes, unneededBytes },
    hidden,
    hiddenBytes,
    wouldDelete: actions.deletion,
    steps: actions.counts,
    graceMs: policy.graceMs,
    holdMs: policy.holdMs,
  };
}

/** Reasons on a blob that say that no manifest needs it. */
const fates: ReadonlySet<ReasonCode> = new Set<ReasonCode>([
  'no-manifest',
  'keep-younger-than',
  'age-unknown',
  'grace',
  'in-use-again',
  'cached-manifest',
  'not-named',
]);

/** Tags of each repository, and the bytes of blobs that go and that it has links to: what several have counts for each. */
function countByRepository({ sight, looks, decisions, store }: StoreHeaderInput): readonly RepositoryCounts[] {
  const { resources, exists } = sight.evidence;
  const rows = new Map<string, { tags: number; freesBytes: number }>();
  const rowOf = (repository: string) => {
    let row = rows.get(repository);
    if (row === undefined) {
      row = { tags: 0, freesBytes: 0 };
      rows.set(repository, row);
    }
    return row;
  };
  const { size } = resources;
  for (let id = 0; id < size; id += 1) {
    const kind = resources.kind(id);
    if (kind === 'repository' && exists(id)) rowOf(resources.key(id));
    else if (kind === 'tag' && exists(id)) rowOf(repositoryOf(sight.evidence, id, store.name)).tags += 1;
    else if (kind === 'blob' && decisions.condemned.has(id) && decisions.isDeleted(id)) {
      const look = looks.get(id);
      for (const repository of look?.linkedBy ?? []) rowOf(repository).freesBytes += look?.freesBytes ?? 0;
    }
  }
  return [...rows]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([repository, { tags, freesBytes }]) => ({
      ...{ repository, class: '', found: tags, live: tags, removed: 0 },
      keptByReason: tags === 0 ? {} : { tagged: tags },
      freesBytes,
    }));
}

/** The scope of what a repository has is the store's name, a slash, and its own: the store's name may have slashes itself. */
function repositoryOf({ resources }: Evidence, id: ResourceId, storeName: string): string {
  return resources.scope(id).slice(storeName.length + 1);
}

const counted: ReadonlySet<ResourceKind> = new Set<ResourceKind>(['tag', 'manifest', 'blob']);

/** Tags, manifests and blobs that stay. What stays because something else does is `referenced`, without a walk to its root. */
function keptByReason({ sight, decisions, roots }: StoreHeaderInput): Readonly<Partial<Record<ReasonCode, number>>> {
  const { evidence } = sight;
  const kept: Partial<Record<ReasonCode, number>> = {};
  const { size } = evidence.resources;
  for (let id = 0; id < size; id += 1) {
    if (!decisions.marks.has(id) || !evidence.exists(id) || !counted.has(evidence.resources.kind(id))) continue;
    const code = roots.get(id)?.code ?? 'referenced';
    kept[code] = (kept[code] ?? 0) + 1;
  }
  return kept;
}
