import type { Action } from '../../plan/action.ts';
import { leavingOut, newReferences } from './new-references.ts';
import { repositoryOf, type StoreRun } from './store-run.ts';

/**
 * `repository@digest` of manifests that are named by others which stay, or were written since the plan was made.
 *
 * @param sinceMs - when the plan's look began, by the store's clock; what it saw is not looked at again. `undefined`: a plan from a file does
 *   not tell. Then all is looked at but the manifests that go.
 * @throws STORE_WALK_FAILED
 */
export async function namedManifests(
  { store }: Pick<StoreRun, 'store'>,
  actions: AsyncIterable<Action>,
  sinceMs: number | undefined,
  signal: AbortSignal,
): Promise<ReadonlySet<string>> {
  const going = new Set<string>();
  if (sinceMs === undefined)
    for await (const { do: kind, target } of actions)
      if (kind === 'delete-manifest') going.add(`${repositoryOf(store, target.scope)}@${target.key}`);
  const named = new Set<string>();
  for await (const { repository, digest } of newReferences(leavingOut(store, going), sinceMs ?? 0, signal))
    named.add(`${repository}@${digest}`);
  return named;
}
