import type { Digest } from '../../oci/digest.ts';
import type { Store } from '../../systems/store/contract.ts';
import type { Removed } from '../undo.ts';
import { newReferences } from './new-references.ts';
import { readSavedTarget } from './saved.ts';
import { repositoryOf } from './store-run.ts';

/**
 * Puts manifests back that are asked for after all: an index that names them was written since, or a tag stands for them. Whoever pushed
 * those was told that the manifest is there.
 *
 * @param removed - manifests that went, or were about to
 * @param sinceMs - what was written from then on is looked at. UTC milliseconds, by the store's clock
 * @returns how many are back
 * @throws STORE_WALK_FAILED, STORE_NOT_WRITABLE
 */
export async function putBackAskedFor(
  store: Store,
  removed: readonly Removed[],
  sinceMs: number,
  signal: AbortSignal,
): Promise<number> {
  if (removed.length === 0) return 0;
  const named = new Set<string>();
  for await (const { repository, digest } of newReferences(store, sinceMs, signal))
    named.add(`${repository}@${digest}`);
  const tagged = new Map<string, ReadonlySet<Digest>>();
  let count = 0;
  for (const { action, saved } of removed) {
    const repository = repositoryOf(store, action.target.scope);
    const digest = action.target.key as Digest;
    if (!tagged.has(repository)) tagged.set(repository, await store.taggedNow(repository, signal));
    if (!named.has(`${repository}@${digest}`) && tagged.get(repository)?.has(digest) !== true) continue;
    if ((await store.putBack(action.target, readSavedTarget(saved).target)) === 'done') count += 1;
  }
  return count;
}
