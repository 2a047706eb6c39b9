import type { Digest } from '../../oci/digest.ts';
import { looksLikeManifest } from '../../oci/looks-like-manifest.ts';
import type { Action } from '../../plan/action.ts';
import type { BlobFacts, BlobToHide, PendingBlob } from '../../systems/store/contract.ts';
import type { Check, Doer } from '../doer.ts';
import { BATCH, type InUse, whyInUse } from './in-use.ts';
import { readManifest } from './read-manifest.ts';
import { outcomeOf, tooEarly } from './store-outcome.ts';
import { goesThroughServers, type StoreRun } from './store-run.ts';
import { isBegun } from './unlink-note.ts';

export interface HideOptions {
  readonly run: StoreRun;
  readonly inUse: InUse;
  readonly pending: ReadonlyMap<Digest, PendingBlob>;
  /** A closer look at those that are to be hidden, with their links. One look for many: what is linked after it is found when all has settled. */
  readonly facts: ReadonlyMap<Digest, BlobFacts>;
  /** By the store's clock. */
  readonly nowMs: number;
}

/** Moves data into the quarantine. */
export function hideDoer(options: HideOptions): Doer {
  const { run } = options;
  return {
    batch: BATCH,
    check: (unit, signal) => Promise.all(unit.map((action) => checkOne(options, action, signal))),
    prepare: async (unit) => unit.map(({ expects: { sizeBytes } }) => ({ sizeBytes })),
    carryOut: async (unit, _, signal) => {
      const digests = unit.map(({ target }) => target.key as Digest);
      const outcomes = await run.store.hide(run.runId, unit.map(toHide));
      await run.cache.forgetBlobs(digests, signal);
      return outcomes.map(outcomeOf);
    },
  };
}

function toHide({ target, expects: { sizeBytes = -1, notNewerThanMs = 0 } }: Action): BlobToHide {
  return { digest: target.key as Digest, sizeBytes, notNewerThanMs };
}

async function checkOne(options: HideOptions, { target }: Action, signal: AbortSignal): Promise<Check> {
  const { run, inUse, pending, nowMs } = options;
  const digest = target.key as Digest;
  const known = pending.get(digest);
  if (known?.state === 'hidden') return { result: 'already-gone' };
  if (known === undefined)
    return { result: 'skipped', guard: 'in-use-again', why: 'it is not on its way out any more' };
  if (isBegun(known))
    return {
      result: 'skipped',
      guard: 'still-served',
      why: 'a run that died was removing its links, and not all are gone',
    };
  const waitedMs = nowMs - known.sinceMs;
  if (waitedMs < run.timing.graceMs) return tooEarly('its links went', waitedMs, run.timing.graceMs);
  const facts = options.facts.get(digest);
  const why = whyInUse(inUse, digest);
  if (why !== undefined) return why;
  if (facts === undefined) return { result: 'already-gone' };
  if (facts.linkedBy.length > 0 || facts.newestAtMs > known.sinceMs) {
    const by = facts.linkedBy.length > 0 ? `${facts.linkedBy.join(', ')} has linked it` : 'it was written';
    return { result: 'skipped', guard: 'in-use-again', why: `${by} since` };
  }
  if (await isRememberedManifest(run, digest, signal))
    return {
      result: 'skipped',
      guard: 'cached-manifest',
      why: 'it is a manifest: a server that remembers it would not write it when it is pushed again',
    };
  return 'go';
}

/**
 * A server that remembers a manifest's data takes a later push of it without writing it. Only a cache that can be told to forget data
 * makes that safe: those inside of servers forget links.
 */
async function isRememberedManifest(run: StoreRun, digest: Digest, signal: AbortSignal): Promise<boolean> {
  if (!goesThroughServers(run) || run.cache.kind !== 'in-memory') return false;
  const bytes = await readManifest(run.store, digest, signal);
  return bytes !== undefined && bytes !== 'large' && looksLikeManifest(bytes);
}
