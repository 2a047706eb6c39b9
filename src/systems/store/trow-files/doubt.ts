import type { DigestTable } from '../../../evidence/digest-table.ts';
import type { ResourceId } from '../../../evidence/resource.ts';
import type { Sink } from '../../../evidence/sink.ts';
import type { OnDiskPlace } from '../on-disk/on-disk-place.ts';
import { pendingBlobs } from '../on-disk/pending.ts';

/**
 * Stands for any blob of the store. In Trow every repository can use every blob, so what can not be read could name each of them.
 * However much there is that can not be read, it is one edge a blob, and none while all is well.
 */
export interface Doubt {
  /** The resource that what can't be read refers to. */
  resource(): ResourceId;
  /** States the edges to all blobs, hidden ones as well, if they are needed. @throws STORE_WALK_FAILED, STORE_LEDGER_DAMAGED */
  state(signal: AbortSignal): Promise<void>;
}

/** @param firstBlob - number of the first of the blobs, which follow each other */
export function openDoubt(place: OnDiskPlace, sink: Sink, blobs: DigestTable, firstBlob: ResourceId): Doubt {
  let doubt: ResourceId | undefined;
  return {
    resource: () => (doubt ??= sink.resource('repository', place.name, 'any blob')),
    async state(signal) {
      if (doubt === undefined) return;
      for (let id = firstBlob; id < firstBlob + blobs.size; id += 1) sink.refers(doubt, id, 'opaque');
      for await (const { digest, state } of pendingBlobs(place, signal))
        if (state === 'hidden') sink.refers(doubt, sink.resource('blob', place.name, digest), 'opaque');
    },
  };
}
