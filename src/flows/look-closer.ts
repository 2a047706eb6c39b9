import { isBegun } from '../apply/store/unlink-note.ts';
import type { ResourceId } from '../evidence/resource.ts';
import type { Digest } from '../oci/digest.ts';
import { blobFate } from '../policy/blob-fate.ts';
import { type Leftover, leftoverFate } from '../policy/leftover-fate.ts';
import type { Pending } from '../policy/pending-table.ts';
import type { Reason } from '../policy/reason.ts';
import { manifestData } from './manifest-data.ts';
import type { CloserLookInput, StoreSight } from './plan-store-input.ts';
import { inShard } from './shard.ts';

/** What becomes of all that the roots do not reach. */
export interface LateRulings {
  /** To be read once. */
  readonly rulings: Iterable<readonly [ResourceId, Reason]>;
  /** Blobs on their way out that are to be taken back; complete once the rulings were read. */
  readonly restore: readonly ResourceId[];
  /** Whether links were looked for, which costs a look into every repository. */
  readonly linksKnown: boolean;
}

/** Looks closely at the blobs that the roots do not reach, and only at those, and rules on them and on all that lies about. */
export async function lookCloser(input: CloserLookInput, signal: AbortSignal): Promise<LateRulings> {
  const { sight, marks } = input;
  const linksKnown = needsLinks(input);
  await examineCandidates(input, linksKnown, signal);
  const cached = input.keepManifestData ? await manifestData(input, candidates(input), signal) : undefined;
  const linkedAgain = hiddenWithLink(sight, input.store.name);
  const restore: ResourceId[] = [];
  for (const id of sight.pending.ids()) {
    // A folder that hidden data has left behind is not data: only a closer look tells.
    const isBack = sight.pending.get(id)?.state === 'hidden' && input.looks.get(id) !== undefined;
    if (marks.has(id) || isBack) restore.push(id);
  }
  return { rulings: rulingsOf(input, { cached, linkedAgain, restore }), restore, linksKnown };
}

function needsLinks({ policy, withRepositories, keepManifestData, sight: { pending } }: CloserLookInput): boolean {
  if (policy.minBlobAgeMs > 0 || withRepositories || keepManifestData) return true;
  for (const id of pending.ids()) if (pending.get(id)?.state === 'unlinked') return true;
  return false;
}

async function examineCandidates(input: CloserLookInput, links: boolean, signal: AbortSignal): Promise<void> {
  const { store, sight, looks } = input;
  const { resources } = sight.evidence;
  for await (const facts of store.examine(digestsOf(input), links && 'as-surveyed', signal)) {
    const id = resources.find('blob', store.name, facts.digest);
    if (id === undefined) throw new Error(`the store speaks of ${facts.digest}, which nobody asked for`);
    looks.set(id, facts);
    if (looks.size % 1000 === 0) input.onExamined?.(looks.size);
  }
}

function* digestsOf(input: CloserLookInput): Generator<Digest> {
  const { resources } = input.sight.evidence;
  for (const id of candidates(input)) yield resources.key(id) as Digest;
}

/** Blobs in their place that nothing reaches. */
function* candidates({ sight, marks, shard, store }: CloserLookInput): Generator<ResourceId> {
  const { resources } = sight.evidence;
  for (let id = 0; id < resources.size; id += 1)
    if (!marks.has(id) && sight.inPlace.has(id) && resources.scope(id) === store.name && inShard(resources, id, shard))
      yield id;
}

function* rulingsOf(
  input: CloserLookInput,
  found: {
    readonly cached: ReadonlySet<ResourceId> | undefined;
    readonly linkedAgain: ReadonlySet<ResourceId>;
    readonly restore: ResourceId[];
  },
): Generator<readonly [ResourceId, Reason]> {
  const { sight, looks, policy, atMs, marks, shard } = input;
  const { resources } = sight.evidence;
  const fateOf = blobFate(policy, atMs);
  const rule = (id: ResourceId): readonly [ResourceId, Reason] => {
    const pending = endedStep(sight.pending.get(id));
    const fate = fateOf({
      look: looks.get(id),
      pending,
      isLinkedAgain: found.linkedAgain.has(id),
      isCachedManifest: found.cached?.has(id) ?? false,
    });
    const reason = waitsForMark(input, pending, fate) ?? fate;
    if (reason.code === 'in-use-again') found.restore.push(id);
    return [id, reason];
  };
  for (const id of candidates(input)) yield rule(id);
  for (const id of sight.pending.ids())
    if (!marks.has(id) && !sight.inPlace.has(id) && inShard(resources, id, shard)) yield rule(id);
  if (shard === undefined || shard.index === 1) yield* leftoverRulings(input);
}

/** A step is due, but the mark that is shared began before the last one: it can not tell what was asked for since. */
function waitsForMark({ sharedMark }: CloserLookInput, pending: Pending | undefined, fate: Reason): Reason | undefined {
  if (sharedMark === undefined || pending === undefined || pending.sinceMs < sharedMark.beganAtMs) return undefined;
  const because = 'its last step is younger than the mark: the next needs another mark';
  if (fate.code === 'grace-over') return { code: 'grace', because };
  return fate.code === 'hold-over' ? { code: 'hold', because } : undefined;
}

/** A step that a run had begun when it died counts for nothing: it is taken anew. */
function endedStep(pending: Pending | undefined): Pending | undefined {
  return pending === undefined || isBegun(pending) ? undefined : pending;
}

function* leftoverRulings({ sight, policy, atMs, marks, store }: CloserLookInput) {
  const { evidence, leftovers } = sight;
  const fateOf = leftoverFate(policy, atMs);
  for (const id of leftovers) {
    const { kind, key } = evidence.resources.at(id);
    const target = kind === 'layer-link' ? evidence.resources.find('blob', store.name, key) : undefined;
    const leftover: Leftover = {
      kind,
      newestAtMs: evidence.about(id).pushedAtMs,
      isAskedFor: target !== undefined && (marks.has(target) || sight.pending.get(target)?.state === 'hidden'),
    };
    yield [id, fateOf(leftover)] as const;
  }
}

/** A link that was written after its data was hidden: somebody counts on that blob. */
function hiddenWithLink({ evidence, leftovers, pending }: StoreSight, storeName: string): ReadonlySet<ResourceId> {
  const found = new Set<ResourceId>();
  for (const id of leftovers) {
    const { kind, key } = evidence.resources.at(id);
    const target = kind === 'layer-link' ? evidence.resources.find('blob', storeName, key) : undefined;
    if (target !== undefined && pending.get(target)?.state === 'hidden') found.add(target);
  }
  return found;
}
