import type { Digest } from '../../oci/digest.ts';
import type { PendingBlob } from '../../systems/store/contract.ts';
import type { Unfinished } from '../run-report.ts';
import { type BringBackOptions, type BroughtBack, bringBack } from './bring-back.ts';
import type { HardPruneErrorCode } from './errors.ts';
import type { IntendedLinks } from './intended-links.ts';
import { meantIn } from './meant-in.ts';
import type { StoreRun } from './store-run.ts';
import { begunIn } from './unlink-note.ts';
import { type Withdrawn, withdrawPromises } from './withdraw-promises.ts';

export interface Settled {
  readonly back: BroughtBack;
  readonly unfinished: readonly Unfinished[];
}

/**
 * Waits until every request is over that was under way while links or data went, and then looks what was asked for.
 *
 * In the middle of the wait promises are withdrawn that such a request has made a server remember. So whatever counted on a promise has
 * been written by the end of it, and is seen: links that are needed come back, and only then is the removal of links ended. Where the wait is
 * cut short, the look is taken all the same, and what was begun stays begun.
 *
 * @param pending - what is on its way out; what came back is taken out
 */
export async function settle(
  run: StoreRun,
  { pending, intended, look }: { pending: Map<Digest, PendingBlob>; intended: IntendedLinks; look: BringBackOptions },
  signals: { readonly stop: AbortSignal; readonly lost: AbortSignal },
): Promise<Settled> {
  const begun = begunIn(pending);
  const half = () => waited(run, signals);
  const withdrawn =
    (await half()) && begun.size > 0
      ? await withdrawPromises(run, await meantIn(run, begun, intended, signals.lost), signals.lost)
      : undefined;
  const isSettled = await half();
  const back = await bringBack(run.store, pending, look, signals.lost);
  if (isSettled && withdrawn !== undefined) await endUnlinking(run, { begun, pending, withdrawn }, signals.lost);
  return { back, unfinished: unfinishedOf(withdrawn) };
}

function unfinishedOf(withdrawn: Withdrawn | undefined): readonly Unfinished[] {
  const [why] = withdrawn?.promised.values() ?? [];
  if (withdrawn === undefined || why === undefined) return [];
  const code: HardPruneErrorCode = 'HARD_PRUNE_STILL_PROMISED';
  const { size } = withdrawn.promised;
  return [{ what: `having servers forget ${size} ${size === 1 ? 'blob' : 'blobs'}`, code, why }];
}

/** @returns false: it was cut short */
async function waited(
  { wait, timing }: StoreRun,
  { stop, lost }: { readonly stop: AbortSignal; readonly lost: AbortSignal },
): Promise<boolean> {
  try {
    await wait(timing.settleMs / 2, AbortSignal.any([stop, lost]));
    return true;
  } catch (reason) {
    if (stop.aborted && !lost.aborted) return false;
    throw reason;
  }
}

/** What came back, or is linked, is in use again. The rest waits from now on. What is still promised stays begun, for the next run. */
async function endUnlinking(
  { store, runId }: StoreRun,
  {
    begun,
    pending,
    withdrawn,
  }: { begun: ReadonlyMap<Digest, PendingBlob>; pending: ReadonlyMap<Digest, PendingBlob>; withdrawn: Withdrawn },
  signal: AbortSignal,
): Promise<void> {
  const ended = [...begun.keys()].filter((digest) => !withdrawn.promised.has(digest));
  const isInUse = (digest: Digest) => !pending.has(digest) || withdrawn.linked.has(digest);
  await store.forget(ended.filter(isInUse));
  await store.noteUnlinked(
    runId,
    ended.filter((digest) => !isInUse(digest)),
    await store.clockMs(signal),
  );
}
