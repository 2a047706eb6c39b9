import type { Digest } from '../../oci/digest.ts';
import type { PendingBlob } from '../../systems/store/contract.ts';
import { type BroughtBack, bringBack } from './bring-back.ts';
import { removeLink } from './remove-link.ts';
import type { StoreRun } from './store-run.ts';
import { isBegun, runThatBegan } from './unlink-note.ts';

/** Which repositories a run meant to take blobs away from, by its journal. `undefined`: there is no such journal. */
export type IntendedLinks = (
  runId: string,
  digests: ReadonlySet<Digest>,
) => Promise<ReadonlyMap<Digest, readonly string[]> | undefined>;

/**
 * Ends what a run that died had begun: links that it was removing. A push may have counted on them, and a server may not have been asked
 * yet, so first what manifests need gets its links back, then the rest is removed again, through every server.
 *
 * @param pending - what is on its way out; what came back is taken out
 */
export async function recover(
  run: StoreRun,
  pending: Map<Digest, PendingBlob>,
  intended: IntendedLinks,
  signal: AbortSignal,
): Promise<BroughtBack> {
  const begun = new Map([...pending].filter(([, one]) => isBegun(one)));
  if (begun.size === 0) return { blobs: 0, links: 0 };
  const back = await bringBack(run.store, begun, new Set(), { sinceMs: 0, danglingLinks: false }, signal);
  for (const [digest, one] of [...pending]) if (isBegun(one) && !begun.has(digest)) pending.delete(digest);
  for (const [runId, digests] of byRun(begun))
    await finish(run, digests, await intended(runId, digests), pending, signal);
  return back;
}

async function finish(
  run: StoreRun,
  digests: ReadonlySet<Digest>,
  intended: ReadonlyMap<Digest, readonly string[]> | undefined,
  pending: Map<Digest, PendingBlob>,
  signal: AbortSignal,
): Promise<void> {
  const { store, runId } = run;
  const unlinked: Digest[] = [];
  // Without that journal any repository may have been meant.
  const anywhere = intended === undefined ? await allRepositories(run, signal) : [];
  for (const digest of digests) {
    const sinceMs = pending.get(digest)?.sinceMs ?? 0;
    const repositories = intended === undefined ? anywhere : (intended.get(digest) ?? []);
    let isGone = true;
    for (const repository of repositories)
      if ((await removeLink(run, repository, digest, sinceMs, signal)) !== undefined) isGone = false;
    if (isGone) unlinked.push(digest);
  }
  const nowMs = await store.clockMs(signal);
  await store.noteUnlinked(runId, unlinked, nowMs);
  for (const digest of unlinked)
    pending.set(digest, { digest, state: 'unlinked', runId, sinceMs: nowMs, sizeBytes: 0 });
}

async function allRepositories({ replicas }: StoreRun, signal: AbortSignal): Promise<readonly string[]> {
  const repositories = new Set<string>();
  for (const replica of replicas) for await (const one of replica.repositories(signal)) repositories.add(one);
  return [...repositories];
}

function byRun(begun: ReadonlyMap<Digest, PendingBlob>): ReadonlyMap<string, ReadonlySet<Digest>> {
  const runs = new Map<string, Set<Digest>>();
  for (const [digest, one] of begun) {
    const name = runThatBegan(one);
    runs.set(name, (runs.get(name) ?? new Set()).add(digest));
  }
  return runs;
}
