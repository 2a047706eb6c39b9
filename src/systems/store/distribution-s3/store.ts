import type { Store, StoreTraits } from '../contract.ts';
import { bucketClockMs } from './clock.ts';
import { examineBlobs } from './examine.ts';
import { hideBlobs } from './hide.ts';
import { dataKey } from './keys.ts';
import { linkLayer, lookAtLayerLink, unlinkLayer } from './layer-links.ts';
import { openLedger } from './ledger.ts';
import { bucketLeftovers } from './leftovers.ts';
import { requireRepository } from './names.ts';
import type { Part } from './parts.ts';
import { pendingBlobs } from './pending.ts';
import type { BucketPlace } from './place.ts';
import { purgeBlobs, restoreBlobs } from './quarantine.ts';
import { removeResource } from './remove.ts';
import { revisionsSince } from './revisions-since.ts';
import { putBackResource, saveResource } from './saved.ts';
import { LOCK_TIMES, lockBucket } from './store-lock.ts';
import { bucketSource } from './survey.ts';
import { readTagTable } from './tag-table.ts';

export interface BucketStoreOptions {
  readonly lockTtlMs?: number;
  /** Between the two looks that the lock takes. */
  readonly settleMs?: number;
  readonly close?: () => void;
}

/** A store in a bucket that was opened. Nothing is sent before a function is called. */
export function bucketStore(place: BucketPlace, options: BucketStoreOptions = {}): Store {
  let partNow: Part;
  const ledger = openLedger(place, () => partNow);
  const { ttlMs, settleMs } = LOCK_TIMES;
  const times = { ttlMs: options.lockTtlMs ?? ttlMs, settleMs: options.settleMs ?? settleMs };
  return {
    traits: traitsOf(place),
    name: place.name,
    source: (survey) => bucketSource(place, survey),
    leftovers: ({ thorough = true } = {}) => bucketLeftovers(place, thorough),
    examine: (digests, links, signal) => examineBlobs(place, digests, links !== false, signal),
    pending: (signal) => pendingBlobs(place, signal),
    read: (digest, maxBytes, signal) => place.bucket.read(dataKey(digest), maxBytes, signal),
    stream: (digest, signal) => place.bucket.stream(dataKey(digest), signal),
    layerLink: (repository, digest, signal) => lookAtLayerLink(place, repository, digest, signal),
    taggedNow: async (repository, signal) => {
      const { current, opaque, history } = await readTagTable(place, requireRepository(repository), signal);
      return new Set([...current.values(), ...(opaque.size === 0 ? [] : history.keys())]);
    },
    revisionsSince: (sinceMs, signal) => revisionsSince(place, sinceMs, signal),
    close: async () => options.close?.(),

    clockMs: (signal) => bucketClockMs(place, signal),
    async lock(holder, signal, part) {
      const lock = await lockBucket({ place, holder, signal, times }, part);
      partNow = part;
      return lock;
    },
    noteUnlinked: (runId, digests, atMs) => ledger.noteUnlinked(digests, { runId, atMs }),
    forget: (digests) => ledger.forget(digests),
    unlink: async (repository, digest, notNewerThanMs) => unlinkLayer(place, repository, digest, notNewerThanMs),
    link: (repository, digest) => linkLayer(place, repository, digest),
    hide: (runId, blobs) => hideBlobs(place, runId, blobs),
    restore: (blobs) => restoreBlobs(place, blobs),
    purge: (blobs) => purgeBlobs(place, blobs),
    remove: (target, notNewerThanMs) => removeResource(place, target, notNewerThanMs),
    save: (target) => saveResource(place, target),
    putBack: (target, saved) => putBackResource(place, target, saved),
  };
}

function traitsOf({ hiding }: BucketPlace): StoreTraits {
  const quarantine = hiding === 'marker' || hiding === 'copy';
  return { kind: 'distribution-s3', layerLinks: true, quarantine, exactBytes: false, listsSizes: true };
}
