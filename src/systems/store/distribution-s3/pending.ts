import type { Digest } from '../../../oci/digest.ts';
import type { PendingBlob } from '../contract.ts';
import { listCopies } from './copies.ts';
import { type HiddenNote, readNotes } from './hidden-notes.ts';
import { dataKey } from './keys.ts';
import { readLedger } from './ledger.ts';
import { inParallel } from './parallel.ts';
import type { BucketPlace } from './place.ts';
import { presentBlobs } from './presence.ts';

/**
 * All blobs on their way out. What was unlinked and then hidden is told as hidden alone; one that several runs hid, because it came
 * back in between, once for each.
 *
 * @throws STORE_WALK_FAILED, STORE_LEDGER_DAMAGED
 */
export async function* pendingBlobs(place: BucketPlace, signal: AbortSignal): AsyncGenerator<PendingBlob> {
  const unlinked = await readLedger(place, signal);
  const hidden = [...(await underMarkers(place, signal)), ...(await listCopies(place, signal))];
  for (const blob of hidden) {
    const since = unlinked.get(blob.digest);
    if (since !== undefined && since.atMs <= blob.sinceMs) unlinked.delete(blob.digest);
    yield blob;
  }
  for (const [digest, { runId, atMs }] of unlinked)
    yield { digest, state: 'unlinked', runId, sinceMs: atMs, sizeBytes: 0 };
}

/** What notes tell, but for versions that are in their place: the run ended before it hid them. */
async function underMarkers(place: BucketPlace, signal: AbortSignal): Promise<readonly PendingBlob[]> {
  const notes = await readNotes(place, undefined, signal);
  const lastNoted = lastNotes(notes);
  const found = new Map<string, PendingBlob & { readonly versionIds: readonly string[] }>();
  for (const { runId, sinceMs, versions } of notes)
    for (const { digest, sizeBytes, versionId } of versions) {
      if (lastNoted.get(`${digest} ${versionId}`) !== sinceMs) continue;
      const name = `${runId} ${digest}`;
      const earlier = found.get(name);
      found.set(name, {
        ...{ digest, state: 'hidden', runId, sizeBytes },
        sinceMs: Math.max(sinceMs, earlier?.sinceMs ?? 0),
        versionIds: [...(earlier?.versionIds ?? []), versionId],
      });
    }
  const inPlace = await currentVersions(place, new Set([...found.values()].map(({ digest }) => digest)), signal);
  return [...found.values()]
    .filter(({ digest, versionIds }) => versionIds.some((versionId) => versionId !== inPlace.get(digest)))
    .map(({ versionIds, ...blob }) => blob);
}

/** A run that ended before it hid a version left a note of it; the one that hid it later tells since when. */
function lastNotes(notes: readonly HiddenNote[]): ReadonlyMap<string, number> {
  const last = new Map<string, number>();
  for (const { sinceMs, versions } of notes)
    for (const { digest, versionId } of versions)
      last.set(`${digest} ${versionId}`, Math.max(sinceMs, last.get(`${digest} ${versionId}`) ?? 0));
  return last;
}

/** Which version is in its place, of those blobs that have data. Few do: they came back, or were never hidden. */
async function currentVersions(
  place: BucketPlace,
  digests: ReadonlySet<Digest>,
  signal: AbortSignal,
): Promise<ReadonlyMap<Digest, string>> {
  const current = new Map<Digest, string>();
  const present = await presentBlobs(place, digests, signal);
  await inParallel(present.keys(), place.readers, async (digest) => {
    const seen = await place.bucket.look(dataKey(digest), signal);
    if (seen?.versionId !== undefined) current.set(digest, seen.versionId);
  });
  return current;
}
