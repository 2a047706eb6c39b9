import type { Digest } from '../../oci/digest.ts';
import type { Outcome } from '../outcome.ts';
import { goesThroughServers, type StoreRun } from './store-run.ts';

/** A HEAD that was under way while its link went can put it into the cache again. */
const ROUNDS = 3;

/**
 * Takes a blob away from one repository, so that no server promises it any longer. Through the servers: all are asked to delete it, and
 * then whether they still have it, until none has and the link is off the disk, a few times.
 *
 * @param notNewerThanMs - a link that is newer is somebody's push, and stays
 * @returns undefined: it is gone
 */
export async function removeLink(
  run: StoreRun,
  repository: string,
  digest: Digest,
  notNewerThanMs: number,
  signal: AbortSignal,
): Promise<Outcome | undefined> {
  const { store, cache } = run;
  const link = await store.layerLink(repository, digest, signal);
  if (link !== undefined && link.atMs > notNewerThanMs) return linkedSince(repository);
  // Servers stumble over a link without content, and can't have promised anything by it.
  if (!goesThroughServers(run) || link?.isWhole === false) {
    if ((await store.unlink(repository, digest, notNewerThanMs)) === 'changed') return linkedSince(repository);
    await cache.forgetLinks([{ repository, digest }], signal);
    return undefined;
  }
  return await removeThroughServers(run, repository, digest, signal);
}

async function removeThroughServers(
  { store, replicas, cache }: StoreRun,
  repository: string,
  digest: Digest,
  signal: AbortSignal,
): Promise<Outcome | undefined> {
  let serving = '';
  for (let round = 0; round < ROUNDS; round += 1) {
    // Also where the link is off the disk already: a run that died may have asked some of the servers only.
    for (const replica of replicas) await replica.deleteBlob(repository, digest, signal);
    await cache.forgetLinks([{ repository, digest }], signal);
    const sizes = await Promise.all(replicas.map((replica) => replica.blobSize(repository, digest, signal)));
    const still = replicas.filter((_, index) => sizes[index] !== undefined).map(({ url }) => url);
    const isOnDisk = (await store.layerLink(repository, digest, signal)) !== undefined;
    if (still.length === 0 && !isOnDisk) return undefined;
    serving = still.length > 0 ? `${still.join(', ')} still serves it` : 'its link is still on the disk';
  }
  const why = `after ${ROUNDS} deletions in ${repository}, ${serving}`;
  return { result: 'skipped', guard: 'still-served', why };
}

function linkedSince(repository: string): Outcome {
  return { result: 'skipped', guard: 'in-use-again', why: `${repository} has linked it since` };
}
