import type { RememberedLink } from '../../systems/descriptor-cache/contract.ts';
import { CodedError, messageOf } from '../../util/pure/coded-error.ts';
import type { StoreRun } from './store-run.ts';

/** A HEAD that was under way can put a manifest into a cache again. */
const ROUNDS = 3;

/**
 * Sees that no server serves a manifest whose link is off the storage. Those that remember links to manifests are asked to delete it: with
 * its link gone they can't take a tag with it that somebody has set since.
 *
 * @returns why it is served still
 */
export async function forgetManifest(
  { replicas, cache }: StoreRun,
  { repository, digest }: RememberedLink,
  signal: AbortSignal,
): Promise<string | undefined> {
  let refused = '';
  for (let round = 0; ; round += 1) {
    const found = await Promise.all(replicas.map((replica) => replica.resolve(repository, digest, signal)));
    const serving = replicas.filter((_, index) => found[index] !== undefined);
    if (serving.length === 0) return undefined;
    const names = serving.map(({ url }) => url).join(', ');
    if (round === ROUNDS) return `after ${ROUNDS} deletions ${names} still serves it${refused}`;
    // One that stumbles over the missing link has forgotten it all the same: what it says then is asked in the next round.
    for (const replica of serving)
      await replica.deleteManifest(repository, digest, signal).catch((error: unknown) => {
        if (!(error instanceof CodedError) || signal.aborted) throw error;
        refused = `: ${messageOf(error)}`;
      });
    await cache.forgetLinks([{ repository, digest }], signal);
  }
}
