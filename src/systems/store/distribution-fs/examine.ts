import { packShards, ShardedDigests } from '../../../evidence/sharded-digests.ts';
import type { Digest } from '../../../oci/digest.ts';
import type { BlobFacts } from '../contract.ts';
import { diskPlace } from '../on-disk/careful-read.ts';
import { type Crew, type CrewSettings, startCrew } from './crew.ts';
import { FACTS_PER_BLOB } from './look-at-blobs.ts';
import type { StorePlace } from './store-place.ts';
import { inBatches } from './survey.ts';

/** Blobs, and repositories, that a reader is given at a time. */
const BLOBS_AT_A_TIME = 500;
const REPOSITORIES_AT_A_TIME = 8;

/** @see StoreReader.examine */
export async function* examine(
  place: StorePlace,
  digests: Iterable<Digest>,
  links: boolean,
  crewSettings: CrewSettings,
  signal: AbortSignal,
): AsyncGenerator<BlobFacts> {
  const blobs = new ShardedDigests(packShards(digests));
  if (blobs.size === 0) return;
  const crew = startCrew(diskPlace(place.root), crewSettings, signal);
  try {
    crew.learn({ shards: blobs.shards, claims: new SharedArrayBuffer(0) });
    const ranges: number[] = [];
    for (let from = 0; from < blobs.size; from += BLOBS_AT_A_TIME) ranges.push(from);
    const [facts, linked] = await Promise.all([
      Promise.all(
        ranges.map((from) => crew.ask('lookAtBlobs', { from, to: Math.min(from + BLOBS_AT_A_TIME, blobs.size) })),
      ),
      links ? allLinks(crew, blobs.size) : undefined,
    ]);
    for (let blob = 0; blob < blobs.size; blob += 1) {
      const numbers = facts[Math.floor(blob / BLOBS_AT_A_TIME)] as Float64Array;
      const at = (blob % BLOBS_AT_A_TIME) * FACTS_PER_BLOB;
      const [sizeBytes, freesBytes, dataAtMs] = numbers.subarray(at, at + FACTS_PER_BLOB) as unknown as [
        number,
        number,
        number,
      ];
      if (sizeBytes < 0) continue;
      yield {
        digest: blobs.at(blob),
        sizeBytes,
        freesBytes,
        dataAtMs,
        newestAtMs: Math.max(dataAtMs, linked?.newestAtMs[blob] ?? 0),
        linkedBy: linked?.linkedBy.get(blob) ?? [],
      };
    }
  } finally {
    await crew.close();
  }
}

interface AllLinks {
  readonly newestAtMs: Float64Array;
  readonly linkedBy: ReadonlyMap<number, readonly string[]>;
}

async function allLinks(crew: Crew, blobCount: number): Promise<AllLinks> {
  const newestAtMs = new Float64Array(blobCount);
  const linkedBy = new Map<number, string[]>();
  const take = (repository: string, blob: number) => {
    const repositories = linkedBy.get(blob);
    if (repositories === undefined) linkedBy.set(blob, [repository]);
    else if (repositories.at(-1) !== repository) repositories.push(repository);
  };
  const batches = inBatches(await crew.ask('findRepositories', {}), REPOSITORIES_AT_A_TIME);
  await Promise.all(
    batches.map(async (batch) => {
      for (const { repository, blobs, linkedAtMs, layerLinks } of await crew.ask('lookAtLinks', {
        repositories: batch,
      }))
        for (let n = 0; n < blobs.length; n += 1) {
          const blob = blobs[n] as number;
          newestAtMs[blob] = Math.max(newestAtMs[blob] as number, linkedAtMs[n] as number);
          if (n < layerLinks) take(repository, blob);
        }
    }),
  );
  return { newestAtMs, linkedBy };
}
