import type { ResourceId } from '../evidence/resource.ts';
import { keptBy } from '../graph/graph.ts';
import { tagsLeadingTo } from '../graph/tags-leading-to.ts';
import type { Digest } from '../oci/digest.ts';
import type { StoreReader } from '../systems/store/contract.ts';
import { Growable } from '../util/pure/growable.ts';
import { runningSha256 } from '../util/pure/hash.ts';
import type { StoreUnderCheck } from './store-under-check.ts';

/** How far a verification came, to go on from there. */
export interface VerifyPoint {
  /** All up to this digest were hashed. */
  readonly after: Digest;
  readonly blobs: number;
  readonly sizeBytes: number;
  /** What was wrong among them: it is hashed again. */
  readonly wrong: readonly Digest[];
}

export interface VerifyInput {
  readonly store: StoreReader;
  readonly under: StoreUnderCheck;
  /** Where to go on; undefined: from the first. */
  readonly from: VerifyPoint | undefined;
  /** Bytes a second, at most. Undefined: as fast as the storage gives them. */
  readonly bytesPerSecond: number | undefined;
  readonly nowMs: () => number;
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Told every few seconds, and when it is stopped: how far it came. */
  readonly onPoint: (point: VerifyPoint) => void;
  readonly onProgress?: (words: string) => void;
}

/** A blob whose bytes are not those of its digest. */
export interface WrongContent {
  readonly digest: Digest;
  readonly cause: string;
  /** Who needs it, by repository. */
  readonly needs: readonly {
    readonly repository: string;
    readonly neededBy: readonly string[];
    readonly tags: readonly string[];
  }[];
}

export interface Verified {
  readonly blobs: number;
  readonly sizeBytes: number;
  readonly wrong: readonly WrongContent[];
}

const POINT_EVERY_MS = 5000;

/** Hashes the contents of all blobs, in the order of their digests. Those that go meanwhile are passed over. */
export async function verifyContents(input: VerifyInput, signal: AbortSignal): Promise<Verified> {
  const { store, under, from, nowMs } = input;
  const pace = paceOf(input);
  const wrong = new Map<Digest, string>();
  let [blobs, sizeBytes] = [from?.blobs ?? 0, from?.sizeBytes ?? 0];
  let last: Digest | undefined = from?.after;
  let pointAtMs = nowMs();
  const point = () => {
    if (last !== undefined) input.onPoint({ after: last, blobs, sizeBytes, wrong: [...wrong.keys()] });
    pointAtMs = nowMs();
  };
  const look = async (digest: Digest): Promise<number | undefined> => {
    const found = await hashOf(store, digest, pace, signal);
    if (found !== undefined && found.digest !== digest)
      wrong.set(digest, `its ${found.sizeBytes} bytes are those of ${found.digest}`);
    return found?.sizeBytes;
  };
  for (const digest of from?.wrong ?? []) await look(digest);
  try {
    for (const digest of inOrder(under, last)) {
      const length = await look(digest);
      if (length !== undefined) blobs += 1;
      sizeBytes += length ?? 0;
      last = digest;
      if (nowMs() - pointAtMs >= POINT_EVERY_MS) point();
      input.onProgress?.(`${blobs} blobs hashed`);
    }
  } finally {
    if (signal.aborted) point();
  }
  return {
    blobs,
    sizeBytes,
    wrong: [...wrong].map(([digest, cause]) => ({ digest, cause, needs: needsOf(under, digest) })),
  };
}

async function hashOf(
  store: StoreReader,
  digest: Digest,
  pace: (sizeBytes: number, signal: AbortSignal) => Promise<void>,
  signal: AbortSignal,
): Promise<{ readonly digest: string; readonly sizeBytes: number } | undefined> {
  const pieces = await store.stream(digest, signal);
  if (pieces === undefined) return undefined;
  const hash = runningSha256();
  let sizeBytes = 0;
  for await (const piece of pieces) {
    hash.update(piece);
    sizeBytes += piece.byteLength;
    await pace(piece.byteLength, signal);
  }
  return { digest: `sha256:${hash.hex()}`, sizeBytes };
}

/** Waits after each piece until no more than the rate was read since the beginning. */
function paceOf({
  bytesPerSecond,
  nowMs,
  wait,
}: VerifyInput): (sizeBytes: number, signal: AbortSignal) => Promise<void> {
  if (bytesPerSecond === undefined) return async () => undefined;
  const beganAtMs = nowMs();
  let read = 0;
  return async (sizeBytes, signal) => {
    read += sizeBytes;
    const aheadMs = (read / bytesPerSecond) * 1000 - (nowMs() - beganAtMs);
    if (aheadMs >= 1) await wait(aheadMs, signal);
  };
}

/** Digests of all blobs that were listed, sorted, from behind one of them on. Sorted by a byte at a time: there may be millions. */
function* inOrder(
  { evidence: { resources, exists }, name }: StoreUnderCheck,
  after: Digest | undefined,
): Generator<Digest> {
  const byFirstByte = Array.from({ length: 256 }, () => new Growable((length) => new Uint32Array(length), 8));
  for (let id = 0; id < resources.size; id += 1) {
    if (resources.kind(id) !== 'blob' || !exists(id) || resources.scope(id) !== name) continue;
    const digest = resources.key(id);
    if (digest.startsWith(PREFIX))
      byFirstByte[Number.parseInt(digest.slice(PREFIX.length, PREFIX.length + 2), 16)]?.push(id);
  }
  for (const ids of byFirstByte) {
    const digests = Array.from(ids.view(), (id) => resources.key(id) as Digest).sort();
    for (const digest of digests) if (after === undefined || digest > after) yield digest;
  }
}

const PREFIX = 'sha256:';

function needsOf({ evidence, view, name }: StoreUnderCheck, digest: Digest): WrongContent['needs'] {
  const { resources, exists } = evidence;
  const blob = resources.find('blob', name, digest);
  const byRepository = new Map<string, ResourceId[]>();
  const seen = new Set<ResourceId>();
  const open = blob === undefined ? [] : [blob];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (seen.has(id)) continue;
    seen.add(id);
    for (const { id: keeper, as } of keptBy(view.keepers, id)) {
      const kind = resources.kind(keeper);
      if (kind === 'blob' && (as === 'config' || as === 'layer' || as === 'alias' || as === 'child')) open.push(keeper);
      if (kind !== 'manifest' || as !== 'link' || !exists(keeper)) continue;
      const repository = resources.scope(keeper).slice(name.length + 1);
      const manifests = byRepository.get(repository);
      if (manifests === undefined) byRepository.set(repository, [keeper]);
      else manifests.push(keeper);
    }
  }
  return [...byRepository].map(([repository, manifests]) => ({
    repository,
    neededBy: manifests.map((id) => resources.key(id)).sort(),
    tags: [...tagsLeadingTo(view, manifests)].sort(),
  }));
}
