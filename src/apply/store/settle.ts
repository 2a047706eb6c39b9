import type { Digest } from '../../oci/digest.ts';
import type { PendingBlob } from '../../systems/store/contract.ts';
import type { Unfinished } from '../run-report.ts';
import { type BringBackOptions, type BroughtBack, bringBack } from './bring-back.ts';
import type { HardPruneErrorCode } from './errors.ts';
import type { Intentions, IntentionsOf } from './intentions.ts';
import { putBackAskedFor } from './put-back.ts';
import type { StoreRun } from './store-run.ts';
import { begunIn } from './unlink-note.ts';
import { whatWasBegun } from './what-was-begun.ts';
import { type Withdrawn, withdrawPromises } from './withdraw-promises.ts';

export interface SettleInput {
  /** What is on its way out; what came back is taken out. */
  readonly pending: Map<Digest, PendingBlob>;
  readonly intentions: IntentionsOf;
  readonly look: BringBackOptions;
}

export interface Settled {
  readonly back: BroughtBack;
  readonly unfinished: readonly Unfinished[];
}

/** `stop`: shortens the wait. `lost`: ends all at once. */
export interface SettleSignals {
  readonly stop: AbortSignal;
  readonly lost: AbortSignal;
}

/**
 * Waits until every request is over that was under way while links, manifests or data went, and then looks what was asked for.
 *
 * In the middle of the wait promises are withdrawn that such a request has made a server remember. So whatever counted on a promise has
 * been written by the end of it, and is seen: what is needed comes back, and only then is the removal of links ended. Where the wait is
 * cut short, the look is taken all the same, and what was begun stays begun.
 */
export async function settle(
  run: StoreRun,
  { pending, intentions, look }: SettleInput,
  { stop, lost }: SettleSignals,
): Promise<Settled> {
  const begun = begunIn(pending);
  const meant = await whatWasBegun(run, begun, intentions, lost);
  const wait = () => waited(run, { stop, lost });
  const withdrawn = (await wait()) ? await withdrawPromises(run, meant, lost) : undefined;
  const isSettled = await wait();
  const manifests = await putBackAskedFor(run.store, meant.manifests, look.sinceMs, lost);
  const { blobs, links } = await bringBack(run.store, pending, look, lost);
  if (isSettled && withdrawn !== undefined) await endRemoval(run, { begun, pending, meant, withdrawn }, lost);
  return { back: { blobs, links: links + manifests }, unfinished: unfinishedOf(withdrawn) };
}

/** @returns false: it was cut short */
async function waited({ wait, timing }: StoreRun, { stop, lost }: SettleSignals): Promise<boolean> {
  try {
    await wait(timing.settleMs / 2, AbortSignal.any([stop, lost]));
    return true;
  } catch (reason) {
    if (stop.aborted && !lost.aborted) return false;
    throw reason;
  }
}

interface ToEnd {
  readonly begun: ReadonlyMap<Digest, PendingBlob>;
  /** Without what came back. */
  readonly pending: ReadonlyMap<Digest, PendingBlob>;
  readonly meant: Intentions;
  readonly withdrawn: Withdrawn;
}

/**
 * Blobs without links wait from now on. What came back, is linked, or was a manifest and nothing else, is not on its way out. What is still
 * promised stays begun, for the next run.
 */
async function endRemoval(
  { store, runId }: StoreRun,
  { begun, pending, meant, withdrawn }: ToEnd,
  signal: AbortSignal,
): Promise<void> {
  const ended = [...begun.keys()].filter((digest) => !withdrawn.promised.has(digest));
  const isUnlinked = (digest: Digest) =>
    pending.has(digest) && meant.links.has(digest) && !withdrawn.linked.has(digest);
  await store.forget(ended.filter((digest) => !isUnlinked(digest)));
  await store.noteUnlinked(runId, ended.filter(isUnlinked), await store.clockMs(signal));
}

function unfinishedOf(withdrawn: Withdrawn | undefined): readonly Unfinished[] {
  const [why] = withdrawn?.promised.values() ?? [];
  if (withdrawn === undefined || why === undefined) return [];
  const code: HardPruneErrorCode = 'HARD_PRUNE_STILL_PROMISED';
  const { size } = withdrawn.promised;
  return [{ what: `having servers forget ${size} ${size === 1 ? 'digest' : 'digests'}`, code, why }];
}
