import type { Digest } from '../../oci/digest.ts';
import type { RememberedLink } from '../../systems/descriptor-cache/contract.ts';
import { createLimit, type Limit } from '../../util/limit.ts';
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
  const limit = createLimit(run.concurrency);
  const promised = new Map<Digest, string>();
  const { linked, bare } = await lookForLinks(run, meant, limit, signal);
  const gone = await goneManifests(run, meant, limit, signal);
  if (bare.length + gone.length > 0) await run.cache.forgetLinks([...bare, ...gone], signal);
  if (!goesThroughServers(run)) return { promised, linked };

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

interface LinksSeen {
  readonly linked: ReadonlySet<Digest>;
  /** Links that there are not. */
  readonly bare: readonly RememberedLink[];
}

async function lookForLinks(
  { store }: StoreRun,
  { links }: Intentions,
  limit: Limit,
  signal: AbortSignal,
): Promise<LinksSeen> {
  const linked = new Set<Digest>();
  const bare: RememberedLink[] = [];
  const look = async (repository: string, digest: Digest) => {
    if ((await store.layerLink(repository, digest, signal)) !== undefined) linked.add(digest);
    else bare.push({ repository, digest });
  };
  const looks = [...links].flatMap(([digest, repositories]) =>
    repositories.map((repository) => limit.run(() => look(repository, digest), signal)),
  );
  await Promise.all(looks);
  return { linked, bare };
}

async function goneManifests(
  { store }: StoreRun,
  { manifests }: Intentions,
  limit: Limit,
  signal: AbortSignal,
): Promise<readonly RememberedLink[]> {
  const saved = await Promise.all(manifests.map(({ action }) => limit.run(() => store.save(action.target), signal)));
  return manifests
    .filter((_, index) => saved[index] === undefined)
    .map(({ action: { target } }) => ({
      repository: repositoryOf(store, target.scope),
      digest: target.key as Digest,
    }));
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
