import { algorithmOf, type Digest } from '../../../oci/digest.ts';
import { blobPath, layerLinkPath } from '../../../oci/distribution-layout.ts';
import type { StoreReader } from '../contract.ts';
import { diskPlace, readSmallFile, statFile } from '../on-disk/careful-read.ts';
import { streamFile } from '../on-disk/stream-file.ts';
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
    stream: (digest, signal) => {
      const path = dataPath(place, digest);
      const isThere = () => isStored(digest) && statFile(diskPlace(place.root), path) !== undefined;
      return streamFile(path, isThere, signal);
    },
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

function dataPath(place: StorePlace, digest: Digest): string {
  return blobPath(place.layoutRoot, digest);
}

/** Content that is named by another algorithm lies under its sha256. */
function isStored(digest: Digest): boolean {
  return algorithmOf(digest) === 'sha256';
}
