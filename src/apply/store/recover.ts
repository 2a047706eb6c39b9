import type { Digest } from '../../oci/digest.ts';
import type { PendingBlob } from '../../systems/store/contract.ts';
import { type BroughtBack, bringBack } from './bring-back.ts';
import type { IntendedLinks } from './intended-links.ts';
import { type MeantIn, meantIn } from './meant-in.ts';
import type { StoreRun } from './store-run.ts';
import { begunIn } from './unlink-note.ts';
import { withdrawPromises } from './withdraw-promises.ts';

export interface Recovered {
  readonly back: BroughtBack;
  /** From which repositories the dead run meant to take its blobs: what goes on with them must see to these as well. */
  readonly meant: MeantIn;
}

/**
 * Sees to what a run that died had begun: links that it was removing. Where one is off the disk, a server may still promise the blob, and
 * a push may have counted on it. So no server promises it any more, and what manifests need gets its links back. It stays noted as begun:
 * at its end this run looks once more, when every request that was under way is over.
 */
export async function recover(
  run: StoreRun,
  pending: ReadonlyMap<Digest, PendingBlob>,
  intended: IntendedLinks,
  signal: AbortSignal,
): Promise<Recovered> {
  const begun = begunIn(pending);
  if (begun.size === 0) return { back: { blobs: 0, links: 0 }, meant: new Map() };
  const meant = await meantIn(run, begun, intended, signal);
  await withdrawPromises(run, meant, signal);
  return { back: await bringBack(run.store, begun, { sinceMs: 0, danglingLinks: false }, signal), meant };
}
