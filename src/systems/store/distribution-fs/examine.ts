import { packShards, ShardedDigests } from '../../../evidence/sharded-digests.ts';
import type { Digest } from '../../../oci/digest.ts';
import type { BlobFacts, LinkLook } from '../contract.ts';
import type { Crew, Readers } from './crew.ts';
import type { LinksToSome } from './links-seen.ts';
import { FACTS_PER_BLOB } from './look-at-blobs.ts';
import { inBatches } from './survey.ts';
import type { LinksFound } from './tasks.ts';
import type { Walk } from './walk.ts';

/** Blobs, and repositories, that a reader is given at a time. */
const BLOBS_AT_A_TIME = 500;
const REPOSITORIES_AT_A_TIME = 8;
const SEEN_REPOSITORIES_AT_A_TIME = 50;

/** @see StoreReader.examine */
export async function* examine(
  { readers, walk }: { readonly readers: Readers; readonly walk: Walk },
  digests: Iterable<Digest>,
  links: LinkLook,
  signal: AbortSignal,
): AsyncGenerator<BlobFacts> {
  const blobs = new ShardedDigests(packShards(digests));
  if (blobs.size === 0) return;
  const seen = links === 'as-surveyed' ? walk.takeLinks()?.to(blobs) : undefined;
  const crew = readers.crew(signal);
  try {
    crew.learn({ shards: blobs.shards, claims: new SharedArrayBuffer(0) });
    const ranges: number[] = [];
    for (let from = 0; from < blobs.size; from += BLOBS_AT_A_TIME) ranges.push(from);
    const [facts, linked] = await Promise.all([
      Promise.all(
        ranges.map((from) => crew.ask('lookAtBlobs', { from, to: Math.min(from + BLOBS_AT_A_TIME, blobs.size) })),
      ),
      links === false ? undefined : seen === undefined ? allLinks(crew, blobs.size) : seenLinks(crew, seen),
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
    crew.close();
  }
}

interface AllLinks {
  readonly newestAtMs: Float64Array;
  readonly linkedBy: ReadonlyMap<number, readonly string[]>;
}

async function allLinks(crew: Crew, blobCount: number): Promise<AllLinks> {
  const links = newLinks(new Float64Array(blobCount));
  const repositories = inBatches(await crew.ask('findRepositories', {}), REPOSITORIES_AT_A_TIME);
  await Promise.all(
    repositories.map(async (batch) => links.take(await crew.ask('lookAtLinks', { repositories: batch }))),
  );
  return links;
}

/** Looks at the links alone that a survey came upon. */
async function seenLinks(crew: Crew, { layers, others, revisionAtMs }: LinksToSome): Promise<AllLinks> {
  const links = newLinks(revisionAtMs);
  await Promise.all([
    ...inBatches(layers, SEEN_REPOSITORIES_AT_A_TIME).map(async (batch) =>
      links.take(await crew.ask('lookAtLayerLinks', { links: batch })),
    ),
    ...inBatches(others, REPOSITORIES_AT_A_TIME).map(async (batch) =>
      links.take(await crew.ask('lookAtLinks', { repositories: batch })),
    ),
  ]);
  return links;
}

/** @param newestAtMs - what is known already; is added to */
function newLinks(newestAtMs: Float64Array): AllLinks & { take(found: readonly LinksFound[]): void } {
  const linkedBy = new Map<number, string[]>();
  const note = (repository: string, blob: number) => {
    const repositories = linkedBy.get(blob);
    if (repositories === undefined) linkedBy.set(blob, [repository]);
    else if (repositories.at(-1) !== repository) repositories.push(repository);
  };
  const take = (found: readonly LinksFound[]) => {
    for (const { repository, blobs, linkedAtMs, layerLinks } of found)
      for (let n = 0; n < blobs.length; n += 1) {
        const blob = blobs[n] as number;
        newestAtMs[blob] = Math.max(newestAtMs[blob] as number, linkedAtMs[n] as number);
        if (n < layerLinks) note(repository, blob);
      }
  };
  return { newestAtMs, linkedBy, take };
}
