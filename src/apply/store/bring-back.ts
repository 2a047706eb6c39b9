import type { Resource } from '../../evidence/resource.ts';
import type { Sink } from '../../evidence/sink.ts';
import { type Digest, isDigest } from '../../oci/digest.ts';
import type { PendingBlob, Store } from '../../systems/store/contract.ts';
import { newReferences } from './new-references.ts';
import { restoreNoted } from './restore-noted.ts';
import { isBegun } from './unlink-note.ts';

/** What was asked for while it was on its way out, and is in its place again. */
export interface BroughtBack {
  readonly blobs: number;
  readonly links: number;
}

export interface BringBackOptions {
  /** Manifests written from then on are looked at; 0: all. UTC milliseconds, by the store's clock. */
  readonly sinceMs: number;
  /** Links to hidden data are looked for as well: a walk of the whole store. */
  readonly danglingLinks: boolean;
}

/**
 * Looks for what was asked for while it was on its way out: a manifest written since names it, or a repository has a link to data that is
 * hidden. Its data is moved back, links that manifests need and that are missing are written, and it is no longer on its way out. It stays
 * noted where the removal of its links was begun and not ended: see `settle.ts`.
 *
 * Links are written for these blobs alone: a manifest that names a blob does not prove that its repository may read it.
 *
 * @param pending - what is on its way out; what came back is taken out
 * @throws STORE_WALK_FAILED, STORE_NOT_WRITABLE
 */
export async function bringBack(
  store: Store,
  pending: Map<Digest, PendingBlob>,
  { sinceMs, danglingLinks }: BringBackOptions,
  signal: AbortSignal,
): Promise<BroughtBack> {
  const asked = danglingLinks ? await linkedWhileHidden(store, pending, signal) : new Set<Digest>();
  const links = new Map<string, Set<Digest>>();
  let restored = await restoreHidden(store, pending, asked);
  // A manifest that was hidden tells what it needs only once it is back.
  for (let again = true; again; ) {
    for await (const { repository, digest, isPart } of newReferences(store, sinceMs, signal)) {
      if (!pending.has(digest)) continue;
      asked.add(digest);
      if (isPart) links.set(repository, (links.get(repository) ?? new Set()).add(digest));
    }
    const count = await restoreHidden(store, pending, asked);
    restored += count;
    again = count > 0;
  }
  const written = await writeLinks(store, links, asked, signal);
  await store.forget([...asked].filter((digest) => !isBegun(pending.get(digest))));
  for (const digest of asked) pending.delete(digest);
  return { blobs: restored, links: written };
}

/** Hidden blobs to which a repository has a link: somebody has pushed or mounted them since. */
export async function linkedWhileHidden(
  store: Store,
  pending: ReadonlyMap<Digest, PendingBlob>,
  signal: AbortSignal,
): Promise<Set<Digest>> {
  const linked = new Set<Digest>();
  const see = ({ kind, key }: Resource) => {
    if (kind === 'layer-link' && isDigest(key) && pending.get(key)?.state === 'hidden') linked.add(key);
  };
  await store.leftovers().survey(seeing(see), signal);
  return linked;
}

/** @returns how many were moved back */
async function restoreHidden(
  store: Store,
  pending: Map<Digest, PendingBlob>,
  asked: ReadonlySet<Digest>,
): Promise<number> {
  const hidden = [...asked].map((digest) => pending.get(digest)).filter((one) => one?.state === 'hidden');
  if (hidden.length === 0) return 0;
  const outcomes = await restoreNoted(store, hidden as readonly PendingBlob[]);
  for (const one of hidden as readonly PendingBlob[]) pending.set(one.digest, { ...one, state: 'unlinked' });
  return outcomes.filter((outcome) => outcome === 'done').length;
}

/** @returns how many were missing */
async function writeLinks(
  store: Store,
  links: ReadonlyMap<string, ReadonlySet<Digest>>,
  asked: ReadonlySet<Digest>,
  signal: AbortSignal,
): Promise<number> {
  const withData = new Set<Digest>();
  for await (const { digest } of store.examine(asked, false, signal)) withData.add(digest);
  let written = 0;
  for (const [repository, digests] of links)
    for (const digest of digests)
      if (withData.has(digest) && (await store.link(repository, digest)) === 'written') written += 1;
  return written;
}

/** A sink that shows what exists, and forgets it. */
function seeing(see: (resource: Resource) => void): Sink {
  const silent = () => undefined;
  const resources: Resource[] = [];
  return {
    resource: (kind, scope, key) => resources.push({ kind, scope, key }) - 1,
    existing: () => {
      throw new Error('what only lies about is not told in blocks');
    },
    exists: (id) => {
      see(resources[id] as Resource);
    },
    refers: silent,
    holds: silent,
    retires: silent,
    gap: ({ cause }) => {
      throw new Error(`what lies about was not seen in full: ${cause}`);
    },
  };
}
