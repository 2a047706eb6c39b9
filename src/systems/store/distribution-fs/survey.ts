import { packShards, type Shard, ShardedDigests } from '../../../evidence/sharded-digests.ts';
import type { Sink, Source } from '../../../evidence/sink.ts';
import type { StoreSurveyOptions } from '../contract.ts';
import { walkFailed } from '../on-disk/careful-read.ts';
import type { Crew, Readers } from './crew.ts';
import { Findings, type ManifestInNeed } from './findings.ts';
import { LinksSeen } from './links-seen.ts';
import { type FreshPages, indexFile, keepIndex, readIndex } from './manifest-index.ts';
import { MAX_BLOBS } from './manifest-pages.ts';
import type { StorePlace } from './store-place.ts';
import type { RepositoriesFound } from './tasks.ts';
import type { Guest, Walk } from './walk.ts';

/** Repositories that a reader is given at a time. */
const AT_A_TIME = 4;

/** Folders of blobs, of 256, that a reader is given at a time. */
const FOLDERS_AT_A_TIME = 8;

/** @see StoreReader.source */
export function storeSource(place: StorePlace, readers: Readers, walk: Walk, options: StoreSurveyOptions): Source {
  return {
    name: `store ${place.name}`,
    survey: (sink, signal) =>
      walk.lead(signal, async (lastCall) => {
        const crew = readers.crew(signal, options.readers);
        try {
          const links = await survey(place, crew, sink, options, lastCall);
          if (links !== undefined) walk.keepLinks(links);
        } finally {
          crew.close();
        }
      }),
  };
}

/**
 * Blobs first, then whoever needs them: what is pushed meanwhile is not among the blobs that could go.
 *
 * @returns what it saw of links, where it looked at them
 */
async function survey(
  place: StorePlace,
  crew: Crew,
  sink: Sink,
  options: StoreSurveyOptions,
  lastCall: () => Guest | undefined,
): Promise<LinksSeen | undefined> {
  const file = options.indexDir === undefined ? undefined : indexFile(options.indexDir, place.name);
  const blobs = await listAllBlobs(crew);
  if (blobs.size > MAX_BLOBS)
    throw walkFailed('listing the blobs of', place.name, `there are ${blobs.size}, and ${MAX_BLOBS} can be told apart`);
  const index = file === undefined ? undefined : await readIndex(file, blobs);
  const claims = new SharedArrayBuffer(blobs.size * 4);
  const guest = lastCall();
  const doubted = guest === undefined || guest.doubted.length === 0 ? {} : { doubted: packShards(guest.doubted) };
  crew.learn({ shards: blobs.shards, claims, ...(index === undefined ? {} : { known: index.known }), ...doubted });
  const first = sink.existing('blob', place.name, blobs);
  const findings = new Findings(sink, { storeName: place.name, digests: blobs, first }, options.pushTimes ?? false);
  const links = guest === undefined ? undefined : new LinksSeen(blobs);

  const fresh: FreshPages[] = [];
  await surveyRepositories(crew, await crew.ask('findRepositories', {}), guest !== undefined, (found) => {
    findings.take(found);
    for (const leftover of found.leftovers) guest?.take(leftover);
    if (links !== undefined) for (const repository of found.repositories) links.add(repository);
    if (file !== undefined) fresh.push({ manifests: found.manifests, incomplete: found.incomplete });
    options.onProgress?.({ ...findings.counts, blobs: blobs.size });
  });
  if (index !== undefined) findings.takePages(index.pages, isUsed(claims, index.known));
  await lookCloser(crew, sink, findings, findings.finish(), first);
  if (file !== undefined) await keepIndex(file, blobs, index, fresh, isUsed(claims, claims), options.onWarning);
  return links;
}

/** Whether readers came upon a manifest that is known from before. */
function isUsed(claims: SharedArrayBuffer, known: SharedArrayBuffer): (blob: number) => boolean {
  const [claimed, wasKnown] = [new Int32Array(claims), new Int32Array(known)];
  return (blob) => claimed[blob] !== 0 && wasKnown[blob] !== 0;
}

/** @throws STORE_WALK_FAILED */
export async function listAllBlobs(crew: Crew): Promise<ShardedDigests> {
  const shards = [...packShards([])];
  await Promise.all(
    inBatches(await crew.ask('listFirstBytes', {}), FOLDERS_AT_A_TIME).map(async (firstBytes) => {
      const listed = await crew.ask('listBlobs', { firstBytes });
      firstBytes.forEach((firstByte, n) => {
        shards[Number.parseInt(firstByte, 16)] = listed[n] as Shard;
      });
    }),
  );
  return new ShardedDigests(shards);
}

/** Shares repositories out, and what turns out to be too large for one reader as well. */
async function surveyRepositories(
  crew: Crew,
  repositories: readonly string[],
  leftovers: boolean,
  take: (found: RepositoriesFound) => void,
): Promise<void> {
  const takeAll = async (found: RepositoriesFound): Promise<void> => {
    take(found);
    await Promise.all(found.parts.map(async (part) => takeAll(await crew.ask('surveyPart', part))));
  };
  await Promise.all(
    inBatches(repositories, AT_A_TIME).map(async (batch) =>
      takeAll(await crew.ask('surveyRepositories', { repositories: batch, leftovers })),
    ),
  );
}

export function inBatches<Item>(items: readonly Item[], size: number): readonly (readonly Item[])[] {
  const batches: (readonly Item[])[] = [];
  for (let from = 0; from < items.length; from += size) batches.push(items.slice(from, from + size));
  return batches;
}

/**
 * What can't be read could name any blob that its repository has. The first such manifest of a repository names them all; the others
 * name it, so that a repository with many of them does not cost their product.
 */
async function lookCloser(
  crew: Crew,
  sink: Sink,
  findings: Findings,
  inNeed: readonly ManifestInNeed[],
  firstBlob: number,
): Promise<void> {
  const speakers = new Map<string, number>();
  for (const { repository, manifest, digest, because } of inNeed) {
    if (because === undefined) {
      for (const signature of await crew.ask('listSignatures', { repository, manifest: digest }))
        sink.refers(manifest, findings.blob(signature), 'opaque');
      continue;
    }
    const speaker = speakers.get(repository);
    if (speaker === manifest) continue;
    if (speaker !== undefined) {
      sink.refers(manifest, speaker, 'opaque');
      continue;
    }
    speakers.set(repository, manifest);
    for (const blob of await crew.ask('listLayers', { repository })) sink.refers(manifest, firstBlob + blob, 'opaque');
  }
}
