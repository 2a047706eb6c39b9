import type { Digest } from '../../oci/digest.ts';
import type { RememberedLink } from '../../systems/descriptor-cache/contract.ts';
import { createLimit } from '../../util/limit.ts';
import { messageOf } from '../../util/pure/coded-error.ts';
import type { MeantIn } from './meant-in.ts';
import { removeLink } from './remove-link.ts';
import { goesThroughServers, type StoreRun } from './store-run.ts';

export interface Withdrawn {
  /** Blobs that a server goes on promising, or could not be asked about, to a repository that has no link to them; with the reason. */
  readonly promised: ReadonlyMap<Digest, string>;
  /** Blobs to which one of the repositories has a link. */
  readonly linked: ReadonlySet<Digest>;
}

/**
 * Has servers and their cache forget blobs in repositories that have no link to them. A request that was under way while the link went can
 * have made one remember it anew, after it was asked whether it had forgotten.
 */
export async function withdrawPromises(run: StoreRun, meant: MeantIn, signal: AbortSignal): Promise<Withdrawn> {
  const { store, cache, concurrency } = run;
  const promised = new Map<Digest, string>();
  const linked = new Set<Digest>();
  const bare: RememberedLink[] = [];
  for (const [digest, repositories] of meant)
    for (const repository of repositories)
      if ((await store.layerLink(repository, digest, signal)) !== undefined) linked.add(digest);
      else bare.push({ repository, digest });
  if (bare.length === 0) return { promised, linked };
  await cache.forgetLinks(bare, signal);
  if (!goesThroughServers(run)) return { promised, linked };
  const limit = createLimit(concurrency);
  const see = async ({ repository, digest }: RememberedLink) => {
    const why = await withdrawOne(run, repository, digest, signal).catch((error: unknown) => {
      signal.throwIfAborted();
      return messageOf(error);
    });
    if (why !== undefined) promised.set(digest, why);
  };
  await Promise.all(bare.map((link) => limit.run(() => see(link), signal)));
  return { promised, linked };
}

/** @returns why it is promised still */
async function withdrawOne(
  run: StoreRun,
  repository: string,
  digest: Digest,
  signal: AbortSignal,
): Promise<string | undefined> {
  const sizes = await Promise.all(run.replicas.map((replica) => replica.blobSize(repository, digest, signal)));
  if (sizes.every((size) => size === undefined)) return undefined;
  // A link that has come since is somebody's push, and stays whatever its time: then the promise holds.
  const outcome = await removeLink(run, repository, digest, 0, signal);
  return outcome?.result === 'skipped' && outcome.guard === 'still-served' ? outcome.why : undefined;
}
