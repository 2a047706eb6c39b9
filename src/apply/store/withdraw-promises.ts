import type { Digest } from '../../oci/digest.ts';
import type { RememberedLink } from '../../systems/descriptor-cache/contract.ts';
import { createLimit } from '../../util/limit.ts';
import { messageOf } from '../../util/pure/coded-error.ts';
import { forgetManifest } from './forget-manifest.ts';
import type { Intentions } from './intentions.ts';
import { removeLink } from './remove-link.ts';
import { goesThroughServers, repositoryOf, type StoreRun } from './store-run.ts';

export interface Withdrawn {
  /** What a server goes on promising, or could not be asked about, to a repository that has no link to it; with the reason. */
  readonly promised: ReadonlyMap<Digest, string>;
  /** Blobs to which one of the repositories has a link. */
  readonly linked: ReadonlySet<Digest>;
}

/**
 * Has servers and their cache forget blobs and manifests in repositories that have no link to them. A request that was under way while the
 * link went can have made one remember it anew, after it was asked whether it had forgotten.
 */
export async function withdrawPromises(run: StoreRun, meant: Intentions, signal: AbortSignal): Promise<Withdrawn> {
  const promised = new Map<Digest, string>();
  const linked = new Set<Digest>();
  const bare: RememberedLink[] = [];
  for (const [digest, repositories] of meant.links)
    for (const repository of repositories)
      if ((await run.store.layerLink(repository, digest, signal)) !== undefined) linked.add(digest);
      else bare.push({ repository, digest });
  const gone: RememberedLink[] = [];
  for (const { action } of meant.manifests)
    if ((await run.store.save(action.target)) === undefined)
      gone.push({ repository: repositoryOf(run.store, action.target.scope), digest: action.target.key as Digest });
  if (bare.length + gone.length > 0) await run.cache.forgetLinks([...bare, ...gone], signal);
  if (!goesThroughServers(run)) return { promised, linked };

  const limit = createLimit(run.concurrency);
  const withdraw = (links: readonly RememberedLink[], one: Withdraw) =>
    links.map((link) =>
      limit.run(async () => {
        const why = await one(run, link, signal).catch((error: unknown) => {
          signal.throwIfAborted();
          return messageOf(error);
        });
        if (why !== undefined) promised.set(link.digest, why);
      }, signal),
    );
  await Promise.all([...withdraw(bare, forgetBlob), ...withdraw(gone, forgetManifest)]);
  return { promised, linked };
}

/** @returns why it is promised still */
type Withdraw = (run: StoreRun, link: RememberedLink, signal: AbortSignal) => Promise<string | undefined>;

async function forgetBlob(
  run: StoreRun,
  { repository, digest }: RememberedLink,
  signal: AbortSignal,
): Promise<string | undefined> {
  const sizes = await Promise.all(run.replicas.map((replica) => replica.blobSize(repository, digest, signal)));
  if (sizes.every((size) => size === undefined)) return undefined;
  // A link that has come since is somebody's push, and stays whatever its time: then the promise holds.
  const outcome = await removeLink(run, repository, digest, 0, signal);
  return outcome?.result === 'skipped' && outcome.guard === 'still-served' ? outcome.why : undefined;
}
