import type { Store, StorePart } from '../contract.ts';
import { storageClockMs } from './clock.ts';
import { hideInto } from './hide.ts';
import { openLedger } from './ledger.ts';
import type { OnDiskPlace } from './on-disk-place.ts';
import { pendingBlobs } from './pending.ts';
import { purgeBlobs } from './purge.ts';
import { restoreBlobs } from './restore.ts';
import { requireRunId } from './run-quarantine.ts';
import { lockStore } from './store-lock.ts';

/** What is the same for every store that lies on a file system. */
export type OnDiskWriter = Pick<
  Store,
  'clockMs' | 'lock' | 'noteUnlinked' | 'forget' | 'hide' | 'restore' | 'purge' | 'pending'
>;

export interface OnDiskWriterOptions {
  /** How long the lock outlives its last sign of life, in milliseconds. Default: three minutes. */
  readonly lockTtlMs?: number;
}

/** Longer than an attribute cache of NFS, which keeps times for up to a minute, with room. */
const LOCK_TTL_MS = 180_000;

/** Nothing is opened, and nothing written, before a function is called. */
export function onDiskWriter(place: OnDiskPlace, options: OnDiskWriterOptions = {}): OnDiskWriter {
  let partNow: StorePart | undefined;
  const ledger = openLedger(place.root, () => partNow);
  return {
    async clockMs(signal) {
      signal.throwIfAborted();
      return storageClockMs(place.root);
    },
    async lock(holder, signal, part) {
      const lock = await lockStore({ place, holder, signal, silentMs: options.lockTtlMs ?? LOCK_TTL_MS }, part);
      partNow = part;
      return lock;
    },
    async noteUnlinked(runId, digests, atMs) {
      requireRunId(runId);
      await ledger.noteUnlinked(digests, { runId, atMs });
    },
    forget: (digests) => ledger.forget(digests),
    hide: hideInto(place),
    restore: (blobs) => restoreBlobs(place, blobs),
    purge: (blobs) => purgeBlobs(place, blobs),
    pending: (signal) => pendingBlobs(place, signal),
  };
}
