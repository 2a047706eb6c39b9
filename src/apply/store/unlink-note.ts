import type { Digest } from '../../oci/digest.ts';
import type { PendingBlob, Store } from '../../systems/store/contract.ts';

/*
 * What is noted on the storage while links are removed. Before a batch: `<run>.begun`. When all has settled: `<run>`, for the blobs whose
 * links are all gone, with the time from which they wait. A blob that is still `begun` when a run starts lost some of its links, or all of
 * them, in a run that died: nobody looked to the end whether a push had counted on them.
 */

const BEGUN = '.begun';

export function noteBegun(store: Store, runId: string, digests: readonly Digest[], atMs: number): Promise<void> {
  return store.noteUnlinked(`${runId}${BEGUN}`, digests, atMs);
}

export function isBegun(noted: Pick<PendingBlob, 'state' | 'runId'> | undefined): boolean {
  return noted?.state === 'unlinked' && noted.runId.endsWith(BEGUN);
}

/** Those whose links are being removed. */
export function begunIn(pending: ReadonlyMap<Digest, PendingBlob>): Map<Digest, PendingBlob> {
  return new Map([...pending].filter(([, one]) => isBegun(one)));
}

/** The run that had begun it, of a note for which {@link isBegun} holds. */
export function runThatBegan({ runId }: PendingBlob): string {
  return runId.slice(0, -BEGUN.length);
}
