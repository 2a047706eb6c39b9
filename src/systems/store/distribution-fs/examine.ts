import { packShards, ShardedDigests } from '../../../evidence/sharded-digests.ts';
import type { Digest } from '../../../oci/digest.ts';
import type { BlobFacts, LinkLook } from '../contract.ts';
import type { Crew, Readers } from './crew.ts';
import { Linkers } from './linkers.ts';
import type { LinksToSome } from './links-seen.ts';
import { FACTS_PER_BLOB } from './look-at-blobs.ts';
import { inBatches } from './survey.ts';
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
    const linkedBy = linked?.byBlob();
    for (let blob = 0; blob < blobs.size; blob += 1) {
      const numbers = facts[Math.floor(blob / BLOBS_AT_A_TIME)] as Float64Array;
      const at = (blob % BLOBS_AT_A_TIME) * FACTS_PER_BLOB;
      const sizeBytes = numbers[at] as number;
      const dataAtMs = numbers[at + 2] as number;
      if (sizeBytes < 0) continue;
      yield {
        digest: blobs.at(blob),
        sizeBytes,
        freesBytes: numbers[at + 1] as number,
        dataAtMs,
        newestAtMs: Math.max(dataAtMs, linked?.newestAtMs[blob] ?? 0),
        linkedBy: linkedBy?.(blob) ?? [],
      };
    }
  } finally {
    crew.close();
  }
}

async function allLinks(crew: Crew, blobCount: number): Promise<Linkers> {
  const links = new Linkers(new Float64Array(blobCount));
  const repositories = inBatches(await crew.ask('findRepositories', {}), REPOSITORIES_AT_A_TIME);
  await Promise.all(
    repositories.map(async (batch) => links.take(await crew.ask('lookAtLinks', { repositories: batch }))),
  );
  return links;
}

/** Looks at the links alone that a survey came upon. */
async function seenLinks(crew: Crew, { layers, others, revisionAtMs }: LinksToSome): Promise<Linkers> {
  const links = new Linkers(revisionAtMs);
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
