import type { FreshMark } from '../apply/store/fresh-mark.ts';
import { packShards, ShardedDigests } from '../evidence/sharded-digests.ts';
import type { Sink } from '../evidence/sink.ts';
import type { Digest } from '../oci/digest.ts';
import type { BlobFacts, Store, StoreReader } from '../systems/store/contract.ts';
import { digestInShard, type Shard } from './shard.ts';
import type { MarkedBlobs, MarkPart } from './store-mark.ts';

/** A store of which a part is worked on: of what is on its way out, only that is seen, and runs on other parts may go on beside it. */
export function partOfStore(store: Store, shard: Shard): Store {
  return {
    ...store,
    lock: (holder, signal) => store.lock(holder, signal, shard),
    async *pending(signal) {
      for await (const one of store.pending(signal)) if (digestInShard(one.digest, shard)) yield one;
    },
  };
}

/**
 * A store that is not looked at anew: what a mark told of a part is stated instead. All that looks at single blobs, and all that changes
 * anything, is the store's own.
 */
export function markedStore<One extends StoreReader>(store: One, part: MarkPart, shard: Shard): One {
  const mine = part.blobs.map((blobs) => onlyIn(blobs, shard));
  const digests = new ShardedDigests(packShards(mine.flatMap(({ needed, unneeded }) => [...needed, ...unneeded])));
  const linkedBy = linksOf(mine);
  const because = `something that stays needed it at ${new Date(part.header.madeAtMs).toISOString()}, when the mark was made`;
  const state = (sink: Sink) => {
    const first = sink.existing('blob', store.name, digests);
    for (const { needed, missing } of mine) {
      for (const digest of needed) sink.holds(first + digests.indexOf(digest), because);
      for (const digest of missing) sink.holds(sink.resource('blob', store.name, digest), because);
    }
    for (const gap of part.header.gaps) sink.gap(gap);
  };
  const stateLeftovers = (sink: Sink) => {
    for (const { kind, scope, key, ...about } of part.leftovers) sink.exists(sink.resource(kind, scope, key), about);
  };
  return {
    ...store,
    source: () => ({ name: `mark of ${store.name}`, survey: async (sink) => state(sink) }),
    leftovers: () => ({ name: `mark of ${store.name}`, survey: async (sink) => stateLeftovers(sink) }),
    examine: (asked, links, signal) =>
      links === 'as-surveyed' ? withLinks(store, asked, linkedBy, signal) : store.examine(asked, links, signal),
  };
}

/** What {@link markedStore} stands for, for the steps of a run. Of blobs in other parts it says that they are needed. */
export function markOfPart(part: MarkPart, shard: Shard, beganAtMs: number): FreshMark {
  const needed = new Set<Digest>();
  for (const blobs of part.blobs) for (const digest of [...blobs.needed, ...blobs.missing]) needed.add(digest);
  return { beganAtMs, isMarked: (digest) => !digestInShard(digest, shard) || needed.has(digest) };
}

/** Whether a shard has blobs whose digests begin with a byte. */
export function shardHasByte({ index, count }: Shard, firstByte: number): boolean {
  const [low, high] = [firstByte * 0x100, firstByte * 0x100 + 0xff];
  const partOf = (start: number) => Math.floor((start * count) / 0x10000);
  return partOf(low) <= index - 1 && index - 1 <= partOf(high);
}

function onlyIn({ prefix, needed, unneeded, missing, links }: MarkedBlobs, shard: Shard): MarkedBlobs {
  const isMine = (digest: Digest) => digestInShard(digest, shard);
  if (unneeded.every(isMine) && needed.every(isMine) && missing.every(isMine))
    return { prefix, needed, unneeded, missing, links };
  const positions = new Map<number, number>();
  const mine = unneeded.filter((digest, at) => isMine(digest) && positions.set(at, positions.size));
  const kept = Object.entries(links).map(([repository, all]): [string, readonly number[]] => [
    repository,
    all.flatMap((at) => positions.get(at) ?? []),
  ]);
  return {
    prefix,
    needed: needed.filter(isMine),
    unneeded: mine,
    missing: missing.filter(isMine),
    links: Object.fromEntries(kept.filter(([, some]) => some.length > 0)),
  };
}

function linksOf(blobs: readonly MarkedBlobs[]): ReadonlyMap<Digest, readonly string[]> {
  const linkedBy = new Map<Digest, string[]>();
  for (const { unneeded, links } of blobs)
    for (const [repository, positions] of Object.entries(links))
      for (const at of positions) {
        const digest = unneeded[at] as Digest;
        const repositories = linkedBy.get(digest);
        if (repositories === undefined) linkedBy.set(digest, [repository]);
        else repositories.push(repository);
      }
  return linkedBy;
}

/** A closer look at blobs, and at the links that the mark tells of: those that are gone by now are left out. */
async function* withLinks(
  store: StoreReader,
  digests: Iterable<Digest>,
  linkedBy: ReadonlyMap<Digest, readonly string[]>,
  signal: AbortSignal,
): AsyncGenerator<BlobFacts> {
  for await (const facts of store.examine(digests, false, signal)) {
    let { newestAtMs } = facts;
    const repositories: string[] = [];
    for (const repository of linkedBy.get(facts.digest) ?? []) {
      const link = await store.layerLink(repository, facts.digest, signal);
      if (link === undefined) continue;
      repositories.push(repository);
      newestAtMs = Math.max(newestAtMs, link.atMs);
    }
    yield { ...facts, newestAtMs, linkedBy: repositories };
  }
}
