import type { Evidence } from '../evidence/evidence.ts';
import { edgeKinds } from '../evidence/sink.ts';
import type { Digest } from '../oci/digest.ts';
import type { StoreReader } from '../systems/store/contract.ts';

export interface WeighInput {
  readonly store: StoreReader;
  readonly evidence: Evidence;
  /** Blobs that something needs. */
  readonly needed: Uint32Array;
  /** No more is looked at once so much is found. */
  readonly enoughBytes: number;
}

/** The length of data. */
export interface Weight {
  readonly bytes: number;
  /** It was enough before everything was looked at. */
  readonly isLeast: boolean;
}

/** So many of each kind tell how large its blobs are. */
const SAMPLE = 100;

/**
 * Adds up blobs that something needs until it is enough. Where a listing told their sizes they are known. Elsewhere each costs questions to
 * the disk, so those are asked for first of whose kind a few are the largest: in most stores the layers, a few of which weigh more than all
 * configs and manifests.
 */
export async function weighNeeded(input: WeighInput, signal: AbortSignal): Promise<Weight> {
  const { store, evidence, needed, enoughBytes } = input;
  if (enoughBytes <= 0) return { bytes: 0, isLeast: needed.length > 0 };
  let bytes = 0;
  if (store.traits.listsSizes === true) for (const id of needed) bytes += evidence.sizeBytes(id);
  const kinds = bytes >= enoughBytes ? [] : kindsOf(input);
  if (kinds.length > 0) bytes += await look(input, kinds, SAMPLE, signal);
  for (const kind of kinds.sort((a, b) => meanOf(b) - meanOf(a)))
    while (bytes < enoughBytes && kind.seen < kind.count) {
      const expected = Math.min((enoughBytes - bytes) / meanOf(kind), kind.count);
      bytes += await look(input, [kind], Math.max(SAMPLE, Math.ceil(expected * 1.05)), signal);
    }
  return { bytes, isLeast: kinds.some(({ seen, count }) => seen < count) };
}

/** Blobs of unknown size that manifests name in the same way: layers, configs, manifests. */
interface Kind {
  readonly isOne: (position: number) => boolean;
  readonly count: number;
  /** How many of them were looked at, from the first on: they are in the order of their digests, which is none. */
  seen: number;
  bytes: number;
  /** The position to go on from. */
  next: number;
}

/** By the last way in which anything names them. */
function kindsOf({ store, evidence, needed }: WeighInput): Kind[] {
  const { edges, resources } = evidence;
  const namedAs = new Uint8Array(resources.size).fill(edgeKinds.length);
  const { length, to, kinds: as } = edges;
  for (let n = 0; n < length; n += 1) namedAs[to[n] as number] = as[n] as number;
  const isKnown = store.traits.listsSizes === true ? (id: number) => evidence.sizeBytes(id) > 0 : () => false;
  const counts = new Uint32Array(edgeKinds.length + 1);
  const kindAt = needed.map((id) => (isKnown(id) ? counts.length : (namedAs[id] as number)));
  for (const kind of kindAt) counts[kind] = (counts[kind] ?? 0) + 1;
  return [...counts.entries()]
    .filter(([, count]) => count > 0)
    .map(([kind, count]) => ({ isOne: (n) => kindAt[n] === kind, count, seen: 0, bytes: 0, next: 0 }));
}

function meanOf({ bytes, seen }: Kind): number {
  return bytes / Math.max(1, seen);
}

/** Looks at so many more of each kind. @returns the bytes that it found; what is gone by now has none */
async function look(
  { store, evidence: { resources }, needed }: WeighInput,
  kinds: readonly Kind[],
  atMost: number,
  signal: AbortSignal,
): Promise<number> {
  const kindOf = new Map<Digest, Kind>();
  for (const kind of kinds) {
    const end = Math.min(kind.count, kind.seen + atMost);
    for (; kind.seen < end; kind.next += 1) {
      if (!kind.isOne(kind.next)) continue;
      kind.seen += 1;
      kindOf.set(resources.key(needed[kind.next] as number) as Digest, kind);
    }
  }
  let found = 0;
  for await (const { digest, sizeBytes } of store.examine(kindOf.keys(), false, signal)) {
    const kind = kindOf.get(digest);
    if (kind === undefined) throw new Error(`the store speaks of ${digest}, which nobody asked for`);
    kind.bytes += sizeBytes;
    found += sizeBytes;
  }
  return found;
}
