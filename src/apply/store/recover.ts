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
 * Ends what a run that died had begun: links that it was removing. Where one is off the disk, a server may still promise the blob; so first no
 * server does any more, then what manifests need gets its links back, then the rest is removed. Only then nothing is noted any more: were a
 * promise left, a push that counts on it would end without its link, and nobody would look for it.
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
  const meant = await meantIn(run, begun, intended, signal);
  const promised = await stillPromised(run, begun, meant, signal);
  const back = await bringBack(run.store, begun, { sinceMs: 0, danglingLinks: false }, signal);
  const cameBack = [...meant.keys()].filter((digest) => !begun.has(digest));
  for (const digest of cameBack) pending.delete(digest);
  // What a server went on promising stays noted, for the next run.
  await run.store.forget(cameBack.filter((digest) => !promised.has(digest)));
  await finish(run, begun, meant, pending, signal);
  return back;
}

/** From which repositories each was to be taken. Where the journal of that run is lost, any may have been meant. */
async function meantIn(
  run: StoreRun,
  begun: ReadonlyMap<Digest, PendingBlob>,
  intended: IntendedLinks,
  signal: AbortSignal,
): Promise<ReadonlyMap<Digest, readonly string[]>> {
  const meant = new Map<Digest, readonly string[]>();
  for (const [runId, digests] of byRun(begun)) {
    const known = await intended(runId, digests);
    const anywhere = known === undefined ? await allRepositories(run, signal) : [];
    for (const digest of digests) meant.set(digest, known === undefined ? anywhere : (known.get(digest) ?? []));
  }
  return meant;
}

/** Has servers forget blobs in repositories that have no link to them. @returns those that a server goes on promising */
async function stillPromised(
  run: StoreRun,
  begun: ReadonlyMap<Digest, PendingBlob>,
  meant: ReadonlyMap<Digest, readonly string[]>,
  signal: AbortSignal,
): Promise<ReadonlySet<Digest>> {
  const promised = new Set<Digest>();
  for (const [digest, repositories] of meant)
    for (const repository of repositories) {
      if ((await run.store.layerLink(repository, digest, signal)) !== undefined) continue;
      const sinceMs = begun.get(digest)?.sinceMs ?? 0;
      if ((await removeLink(run, repository, digest, sinceMs, signal)) !== undefined) promised.add(digest);
    }
  return promised;
}

async function finish(
  run: StoreRun,
  begun: ReadonlyMap<Digest, PendingBlob>,
  meant: ReadonlyMap<Digest, readonly string[]>,
  pending: Map<Digest, PendingBlob>,
  signal: AbortSignal,
): Promise<void> {
  const { store, runId } = run;
  const unlinked: Digest[] = [];
  for (const [digest, { sinceMs }] of begun) {
    let isGone = true;
    for (const repository of meant.get(digest) ?? [])
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
