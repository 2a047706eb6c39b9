import type { Digest } from '../../oci/digest.ts';
import type { Action } from '../../plan/action.ts';
import type { PendingBlob } from '../../systems/store/contract.ts';
import type { Check, Doer } from '../doer.ts';
import type { SavedTarget } from './saved.ts';
import { outcomeOf } from './store-outcome.ts';
import { repositoryOf, type StoreRun } from './store-run.ts';

/** Removes what only lies about: uploads, temporary files, links that lead nowhere, empty repositories. The store looks at their age itself. */
export function removeDoer({ store, cache }: StoreRun, pending: ReadonlyMap<Digest, PendingBlob>): Doer {
  return {
    check: async (unit) => unit.map((action) => checkOne(pending, action)),
    prepare: async (unit) =>
      await Promise.all(
        unit.map(async ({ target }): Promise<SavedTarget> => ({ target: (await store.save(target)) ?? null })),
      ),
    carryOut: async (unit, _, signal) => {
      const outcomes = [];
      for (const { target, expects } of unit) {
        outcomes.push(outcomeOf(await store.remove(target, expects.notNewerThanMs ?? 0)));
        if (target.kind === 'layer-link')
          await cache.forgetLinks(
            [{ repository: repositoryOf(store, target.scope), digest: target.key as Digest }],
            signal,
          );
      }
      return outcomes;
    },
  };
}

/** A link to hidden data is no leftover: somebody wants that data back. */
function checkOne(pending: ReadonlyMap<Digest, PendingBlob>, { target }: Action): Check {
  if (target.kind !== 'layer-link' || pending.get(target.key as Digest)?.state !== 'hidden') return 'go';
  return { result: 'skipped', guard: 'in-use-again', why: 'its data is hidden, and can come back' };
}
