import { packShards, ShardedDigests } from '../../../evidence/sharded-digests.ts';
import type { Sink, Source } from '../../../evidence/sink.ts';
import type { Digest } from '../../../oci/digest.ts';
import type { LeftoverOptions } from '../contract.ts';
import type { Crew, Readers } from './crew.ts';
import { FACTS_PER_BLOB } from './look-at-blobs.ts';
import type { StorePlace } from './store-place.ts';
import { inBatches, listAllBlobs } from './survey.ts';
import type { Leftover } from './tasks.ts';
import type { Walk } from './walk.ts';

const REPOSITORIES_AT_A_TIME = 8;
const BLOBS_AT_A_TIME = 2000;

/** @see StoreReader.leftovers */
export function storeLeftovers(place: StorePlace, readers: Readers, walk: Walk, options: LeftoverOptions): Source {
  return {
    name: `store ${place.name}`,
    survey: async (sink, signal) => {
      const { thorough = true, doubted = [] } = options;
      const take = (leftover: Leftover) => state(sink, place.name, leftover);
      const joined = thorough ? undefined : walk.join({ doubted: [...doubted], signal, take });
      if (joined !== undefined) return await joined;
      const crew = readers.crew(signal);
      try {
        await survey(crew, options, take);
      } finally {
        crew.close();
      }
    },
  };
}

async function survey(crew: Crew, options: LeftoverOptions, take: (leftover: Leftover) => void): Promise<void> {
  const { thorough = true } = options;
  // Repositories before blobs: a link whose data came meanwhile is not taken for one without.
  const repositories = await crew.ask('findRepositories', {});
  const listed = await listAllBlobs(crew);
  const claims = new SharedArrayBuffer(0);
  const doubted = options.doubted === undefined ? {} : { doubted: packShards(options.doubted) };
  crew.learn({ shards: listed.shards, claims, ...doubted });
  if (thorough) crew.learn({ shards: (await withData(crew, listed)).shards, claims });
  const asked = inBatches(repositories, REPOSITORIES_AT_A_TIME).map((batch) =>
    crew.ask('findLeftovers', { repositories: batch, thorough }),
  );
  if (thorough)
    for (const firstByte of await crew.ask('listFirstBytes', {}))
      asked.push(crew.ask('findBlobLeftovers', { firstByte }));
  await Promise.all(
    asked.map(async (answer) => {
      for (const leftover of await answer) take(leftover);
    }),
  );
}

/** A blob that went leaves its folder. */
async function withData(crew: Crew, listed: ShardedDigests): Promise<ShardedDigests> {
  const isThere = new Uint8Array(listed.size);
  const look = async (from: number, to: number) => {
    const facts = await crew.ask('lookAtBlobs', { from, to });
    for (let blob = from; blob < to; blob += 1)
      if ((facts[(blob - from) * FACTS_PER_BLOB] as number) >= 0) isThere[blob] = 1;
  };
  const looks: Promise<void>[] = [];
  for (let from = 0; from < listed.size; from += BLOBS_AT_A_TIME)
    looks.push(look(from, Math.min(from + BLOBS_AT_A_TIME, listed.size)));
  await Promise.all(looks);
  return isThere.includes(0) ? new ShardedDigests(packShards(those(listed, isThere))) : listed;
}

function* those(listed: ShardedDigests, isWanted: Uint8Array): Generator<Digest> {
  for (let blob = 0; blob < listed.size; blob += 1) if (isWanted[blob] === 1) yield listed.at(blob);
}

function state(sink: Sink, storeName: string, leftover: Leftover): void {
  const { kind, repository, key, sizeBytes, newestAtMs } = leftover;
  const scope = repository === '' ? storeName : `${storeName}/${repository}`;
  sink.exists(sink.resource(kind, scope, key), { sizeBytes, pushedAtMs: newestAtMs });
}
