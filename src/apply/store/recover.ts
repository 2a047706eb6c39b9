import type { Digest } from '../../oci/digest.ts';
import type { PendingBlob } from '../../systems/store/contract.ts';
import { type BroughtBack, bringBack } from './bring-back.ts';
import type { IntentionsOf, MeantIn } from './intentions.ts';
import { putBackAskedFor } from './put-back.ts';
import type { StoreRun } from './store-run.ts';
import { begunIn } from './unlink-note.ts';
import { whatWasBegun } from './what-was-begun.ts';
import { withdrawPromises } from './withdraw-promises.ts';

export interface Recovered {
  readonly back: BroughtBack;
  /** From which repositories the dead run meant to take its blobs: what goes on with them must see to these as well. */
  readonly meant: MeantIn;
}

/**
 * Sees to what a run that died had begun: links and manifests that it was removing. Where a link is off the disk, a server may still promise
 * the blob, and a push may have counted on it. So no server promises it any more, and what is needed comes back. It stays noted as begun:
 * at its end this run looks once more, when every request that was under way is over.
 */
export async function recover(
  run: StoreRun,
  pending: ReadonlyMap<Digest, PendingBlob>,
  intentions: IntentionsOf,
  signal: AbortSignal,
): Promise<Recovered> {
  const begun = begunIn(pending);
  if (begun.size === 0) return { back: { blobs: 0, links: 0 }, meant: new Map() };
  const meant = await whatWasBegun(run, begun, intentions, signal);
  // What is noted anew by this run tells no more of the dead one's manifests: so they are settled before that.
  if (meant.manifests.length > 0) await run.wait(run.timing.settleMs, signal);
  await withdrawPromises(run, meant, signal);
  const manifests = await putBackAskedFor(run.store, meant.manifests, 0, signal);
  const { blobs, links } = await bringBack(run.store, begun, { sinceMs: 0, danglingLinks: false }, signal);
  return { back: { blobs, links: links + manifests }, meant: meant.links };
}
