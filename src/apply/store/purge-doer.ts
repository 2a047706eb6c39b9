import type { Digest } from '../../oci/digest.ts';
import type { PendingBlob } from '../../systems/store/contract.ts';
import type { Check, Doer } from '../doer.ts';
import { BATCH, type InUse, whyInUse } from './in-use.ts';
import { outcomeOf, tooEarly } from './store-outcome.ts';
import type { StoreRun } from './store-run.ts';

export interface PurgeOptions {
  readonly run: StoreRun;
  readonly inUse: InUse;
  readonly pending: ReadonlyMap<Digest, PendingBlob>;
  /** Hidden blobs that some repository has a link to. */
  readonly linked: ReadonlySet<Digest>;
  /** By the store's clock. */
  readonly nowMs: number;
}

/** Removes hidden data for good. */
export function purgeDoer(options: PurgeOptions): Doer {
  const { run, pending } = options;
  return {
    batch: BATCH,
    check: async (unit) => unit.map(({ target }) => checkOne(options, target.key as Digest)),
    prepare: async (unit) => unit.map(() => null),
    carryOut: async (unit, _, signal) => {
      const digests = unit.map(({ target }) => target.key as Digest);
      // First what was noted: should it die here, nothing that is pushed later is taken for waiting since long.
      await run.store.forget(digests);
      const outcomes = await run.store.purge(digests.map((digest) => pending.get(digest) as PendingBlob));
      await run.cache.forgetBlobs(digests, signal);
      return outcomes.map(outcomeOf);
    },
  };
}

function checkOne({ run, inUse, pending, linked, nowMs }: PurgeOptions, digest: Digest): Check {
  const hidden = pending.get(digest);
  if (hidden === undefined) return { result: 'already-gone' };
  if (hidden.state !== 'hidden')
    return { result: 'skipped', guard: 'in-use-again', why: 'its data is not in the quarantine any more' };
  const waitedMs = nowMs - hidden.sinceMs;
  if (waitedMs < run.timing.holdMs) return tooEarly('it was hidden', waitedMs, run.timing.holdMs);
  const why = whyInUse(inUse, digest);
  if (why !== undefined) return why;
  if (linked.has(digest)) return { result: 'skipped', guard: 'in-use-again', why: 'a repository has a link to it' };
  return 'go';
}
