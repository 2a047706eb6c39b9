import type { Digest } from '../../oci/digest.ts';
import type { PendingBlob, Store } from '../../systems/store/contract.ts';
import type { Removed, Restored } from '../undo.ts';
import { readSavedLinks, readSavedTarget } from './saved.ts';

/**
 * Brings back what a run took from a storage: hidden data to its place, links, manifests and their history as they were.
 * What is told as back is no longer on its way out.
 */
export function restoreRemoved(store: Store): (one: Removed, signal: AbortSignal) => Promise<Restored> {
  let pending: Promise<ReadonlyMap<string, PendingBlob>> | undefined;
  return async ({ action, saved }, signal) => {
    pending ??= readHidden(store, signal);
    const digest = action.target.key as Digest;
    switch (action.do) {
      case 'purge-blob':
        return await purged(store, digest, await pending, signal);
      case 'hide-blob':
        return await unhide(store, digest, (await pending).get(digest), signal);
      case 'unlink-blob':
        return await relink(store, digest, readSavedLinks(saved).repositories, (await pending).get(digest), signal);
      case 'restore-blob':
        return { result: 'already-there' };
      default:
        return await putBack(store, { action, saved });
    }
  };
}

/** An undo that was interrupted between the data and its outcome has it in its place: that is no loss. */
async function unhide(
  store: Store,
  digest: Digest,
  hidden: PendingBlob | undefined,
  signal: AbortSignal,
): Promise<Restored> {
  const answer = hidden === undefined ? 'absent' : (await store.restore([hidden]))[0];
  await store.forget([digest]);
  if (answer === 'done') return { result: 'restored' };
  if (answer === 'changed' || (await hasData(store, digest, signal))) return { result: 'already-there' };
  return { result: 'impossible', why: 'its data is neither in its place nor in the quarantine: it was purged' };
}

async function relink(
  store: Store,
  digest: Digest,
  repositories: readonly string[],
  hidden: PendingBlob | undefined,
  signal: AbortSignal,
): Promise<Restored> {
  const data = await unhide(store, digest, hidden, signal);
  if (data.result === 'impossible') return data;
  let written = 0;
  for (const repository of repositories) if ((await store.link(repository, digest)) === 'written') written += 1;
  return { result: written > 0 || data.result === 'restored' ? 'restored' : 'already-there' };
}

/** Nothing brings it back, but somebody may have pushed it again. */
async function purged(
  store: Store,
  digest: Digest,
  hidden: ReadonlyMap<string, PendingBlob>,
  signal: AbortSignal,
): Promise<Restored> {
  if (hidden.has(digest) || (await hasData(store, digest, signal))) return { result: 'already-there' };
  return { result: 'impossible', why: 'the time for which it was held is over: its data is gone for good' };
}

async function putBack(store: Store, { action, saved }: Removed): Promise<Restored> {
  const { target } = readSavedTarget(saved);
  if (target === null || target === undefined)
    return { result: 'impossible', why: `nothing was kept of the ${action.target.kind}` };
  const answer = await store.putBack(action.target, target);
  if (answer === 'done') return { result: 'restored' };
  if (answer === 'absent') return { result: 'already-there' };
  return { result: 'conflict', why: 'something else is in its place now; it was left alone' };
}

async function readHidden(store: Store, signal: AbortSignal): Promise<ReadonlyMap<string, PendingBlob>> {
  const hidden = new Map<string, PendingBlob>();
  for await (const one of store.pending(signal)) if (one.state === 'hidden') hidden.set(one.digest, one);
  return hidden;
}

async function hasData(store: Store, digest: Digest, signal: AbortSignal): Promise<boolean> {
  for await (const _ of store.examine([digest], false, signal)) return true;
  return false;
}
