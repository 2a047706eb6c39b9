import type { Digest } from '../../../oci/digest.ts';
import type { BlobFacts, StoreReader } from '../contract.ts';
import { newBreath } from '../on-disk/breath.ts';
import { diskPlace } from '../on-disk/careful-read.ts';
import type { OnDiskPlace } from '../on-disk/on-disk-place.ts';
import { streamFile } from '../on-disk/stream-file.ts';
import { lookAtBlob, readBlob, statBlob } from './blobs.ts';
import { trowLeftovers } from './leftovers.ts';
import { type Reference, settle, walkManifests } from './references.ts';
import { trowSource } from './survey.ts';
import { currentDigests } from './tag-history.ts';
import { taggedIn } from './tagged.ts';

/** The reading half. It writes nothing. */
export type TrowReader = Omit<StoreReader, 'pending'>;

export function trowReader(place: OnDiskPlace): TrowReader {
  return {
    traits: { kind: 'trow-files', layerLinks: false, quarantine: true, exactBytes: true },
    name: place.name,
    source: (options) => trowSource(place, options),
    leftovers: () => trowLeftovers(place),
    examine: (digests, _links, signal) => examine(place, digests, signal),
    async read(digest, maxBytes, signal) {
      signal.throwIfAborted();
      return readBlob(diskPlace(place.root), digest, maxBytes);
    },
    stream: (digest, signal) => {
      const isThere = () => statBlob(diskPlace(place.root), digest) !== undefined;
      return streamFile(place.dataPath(digest), isThere, signal);
    },
    // Every repository can use every blob: there are no links to look for.
    layerLink: async () => undefined,
    revisionsSince: (sinceMs, signal) => revisionsSince(place, sinceMs, signal),
    taggedNow: async (repository, signal) => {
      signal.throwIfAborted();
      return taggedIn(diskPlace(place.root), repository);
    },
    close: async () => {},
  };
}

async function* examine(place: OnDiskPlace, digests: Iterable<Digest>, signal: AbortSignal): AsyncGenerator<BlobFacts> {
  const disk = diskPlace(place.root);
  const breath = newBreath();
  for (const digest of digests) {
    signal.throwIfAborted();
    const facts = lookAtBlob(disk, digest);
    if (facts !== undefined) yield facts;
    if (breath.isDue()) await breath.take();
  }
}

/** What was pushed since, by the time of the tag's file: of its lines those that count now, and those that say they are as new. */
async function* revisionsSince(place: OnDiskPlace, sinceMs: number, signal: AbortSignal) {
  const disk = diskPlace(place.root);
  const breath = newBreath();
  for (const found of walkManifests(disk)) {
    signal.throwIfAborted();
    if (breath.isDue()) await breath.take();
    if (found.is !== 'reference' || found.writtenAtMs < sinceMs) continue;
    // One that stays damaged is told by the survey, which then keeps every blob.
    const reference = await settle(disk, found, signal);
    if (reference !== undefined)
      for (const digest of pushedSince(reference, sinceMs)) yield { repository: reference.repository, digest };
  }
}

function pushedSince({ digest, history }: Reference, sinceMs: number): ReadonlySet<Digest> {
  if (digest !== undefined) return new Set([digest]);
  const newer = history.lines.filter(({ atNanos = -1n }) => atNanos >= BigInt(Math.floor(sinceMs)) * 1_000_000n);
  return new Set([...currentDigests(history.lines), ...newer.map((line) => line.digest)]);
}
