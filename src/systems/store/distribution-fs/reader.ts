import { algorithmOf, type Digest } from '../../../oci/digest.ts';
import { blobPath, layerLinkPath } from '../../../oci/distribution-layout.ts';
import type { StoreReader } from '../contract.ts';
import { diskPlace, readSmallFile, statFile } from '../on-disk/careful-read.ts';
import { streamFile } from '../on-disk/stream-file.ts';
import type { CrewSettings, Readers } from './crew.ts';
import { examine } from './examine.ts';
import { storeLeftovers } from './leftovers.ts';
import { LINK_BYTES, statLink } from './quick-read.ts';
import { openReaders } from './readers.ts';
import { requireRepository, type StorePlace } from './store-place.ts';
import { inBatches, storeSource } from './survey.ts';
import { readTagTable } from './tag-table.ts';
import { Walk } from './walk.ts';

/** The reading half. It writes nothing, and opens nothing before it is asked. */
export type DistributionReader = Omit<StoreReader, 'pending'>;

/** Repositories that a reader is given at a time, when little is asked of each. */
const AT_A_TIME = 16;

/** @param crewSettings - for tests: how many read, and by which program */
export function openReader(place: StorePlace, crewSettings: CrewSettings = {}): DistributionReader {
  const readers = openReaders(() => diskPlace(place.root), crewSettings);
  const walk = new Walk();
  return {
    traits: { kind: 'distribution-fs', layerLinks: true, quarantine: true, exactBytes: true },
    name: place.name,
    source: (options) => storeSource(place, readers, walk, options),
    leftovers: (options = {}) => storeLeftovers(place, readers, walk, options),
    examine: (digests, links, signal) => examine({ readers, walk }, digests, links, signal),
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
    revisionsSince: (sinceMs, signal) => revisionsSince(readers, sinceMs, signal),
    taggedNow: async (repository, signal) => {
      signal.throwIfAborted();
      const { current, opaqueTag, history } = await readTagTable(place, requireRepository(repository));
      return new Set([...current.values(), ...(opaqueTag === undefined ? [] : history.keys())]);
    },
    close: () => readers.close(),
  };
}

async function* revisionsSince(readers: Readers, sinceMs: number, signal: AbortSignal) {
  const crew = readers.crew(signal);
  try {
    const repositories = await crew.ask('findRepositories', {});
    const batches = inBatches(repositories, AT_A_TIME);
    const answers = await Promise.all(
      batches.map((batch) => crew.ask('findRevisionsSince', { repositories: batch, sinceMs })),
    );
    yield* answers.flat();
  } finally {
    crew.close();
  }
}

function dataPath(place: StorePlace, digest: Digest): string {
  return blobPath(place.layoutRoot, digest);
}

/** Content that is named by another algorithm lies under its sha256. */
function isStored(digest: Digest): boolean {
  return algorithmOf(digest) === 'sha256';
}
