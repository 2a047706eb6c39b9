import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { algorithmOf, type Digest } from '../../../oci/digest.ts';
import { blobPath, layerLinkPath } from '../../../oci/distribution-layout.ts';
import type { StoreReader } from '../contract.ts';
import { diskPlace, readSmallFile, statFile } from '../on-disk/careful-read.ts';
import { notReadable } from '../on-disk/failures.ts';
import { type CrewSettings, startCrew } from './crew.ts';
import { examine } from './examine.ts';
import { storeLeftovers } from './leftovers.ts';
import { LINK_BYTES, statLink } from './quick-read.ts';
import { requireRepository, type StorePlace } from './store-place.ts';
import { inBatches, storeSource } from './survey.ts';

/** The reading half. It writes nothing, and opens nothing before it is asked. */
export type DistributionReader = Omit<StoreReader, 'pending'>;

/** Repositories that a reader is given at a time, when little is asked of each. */
const AT_A_TIME = 16;

/** @param crewSettings - for tests: how many read, and by which program */
export function openReader(place: StorePlace, crewSettings: CrewSettings = {}): DistributionReader {
  return {
    traits: { kind: 'distribution-fs', layerLinks: true, quarantine: true, exactBytes: true },
    name: place.name,
    source: (options) => storeSource(place, options, crewSettings),
    leftovers: (options = {}) => storeLeftovers(place, options, crewSettings),
    examine: (digests, links, signal) => examine(place, digests, links, crewSettings, signal),
    read: async (digest, maxBytes, signal) => {
      signal.throwIfAborted();
      return isStored(digest) ? readSmallFile(diskPlace(place.root), dataPath(place, digest), maxBytes) : undefined;
    },
    stream: (digest, signal) => stream(place, digest, signal),
    layerLink: async (repository, digest, signal) => {
      signal.throwIfAborted();
      const path = layerLinkPath(place.layoutRoot, requireRepository(repository), digest);
      const link = statLink(diskPlace(place.root), path);
      return link === undefined ? undefined : { atMs: link.atMs, isWhole: link.sizeBytes >= LINK_BYTES };
    },
    revisionsSince: (sinceMs, signal) => revisionsSince(place, sinceMs, crewSettings, signal),
    close: async () => undefined, // readers are there while something is read, and no longer
  };
}

async function* revisionsSince(place: StorePlace, sinceMs: number, crewSettings: CrewSettings, signal: AbortSignal) {
  const crew = startCrew(diskPlace(place.root), crewSettings, signal);
  try {
    const repositories = await crew.ask('findRepositories', {});
    const batches = inBatches(repositories, AT_A_TIME);
    const answers = await Promise.all(
      batches.map((batch) => crew.ask('findRevisionsSince', { repositories: batch, sinceMs })),
    );
    yield* answers.flat();
  } finally {
    await crew.close();
  }
}

async function stream(
  place: StorePlace,
  digest: Digest,
  signal: AbortSignal,
): Promise<AsyncIterable<Uint8Array> | undefined> {
  signal.throwIfAborted();
  const path = dataPath(place, digest);
  const isThere = () => isStored(digest) && statFile(diskPlace(place.root), path) !== undefined;
  if (!isThere()) return undefined;
  try {
    const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
    return pieces(path, file.createReadStream({ signal }), signal);
  } catch (failure) {
    if (!isThere()) return undefined; // gone a moment ago
    throw notReadable('reading', path, failure);
  }
}

async function* pieces(
  path: string,
  bytes: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  try {
    yield* bytes;
  } catch (failure) {
    signal.throwIfAborted();
    throw notReadable('reading', path, failure);
  }
}

function dataPath(place: StorePlace, digest: Digest): string {
  return blobPath(place.layoutRoot, digest);
}

/** Content that is named by another algorithm lies under its sha256. */
function isStored(digest: Digest): boolean {
  return algorithmOf(digest) === 'sha256';
}
