import type { Digest } from '../../oci/digest.ts';
import type { PendingBlob } from '../../systems/store/contract.ts';
import type { Doer } from '../doer.ts';
import type { Outcome } from '../outcome.ts';
import { BATCH } from './in-use.ts';
import { restoreNoted } from './restore-noted.ts';
import type { StoreRun } from './store-run.ts';

/** Moves hidden data back to its place. What is merely unlinked has nothing to be moved: its links are seen to after it. */
export function restoreDoer({ store }: StoreRun, pending: ReadonlyMap<Digest, PendingBlob>): Doer {
  const stateOf = (digest: string) => pending.get(digest as Digest)?.state;
  return {
    batch: BATCH,
    check: async (unit) =>
      unit.map(({ target }) => (stateOf(target.key) === undefined ? { result: 'already-gone' } : 'go')),
    prepare: async (unit) => unit.map(() => null),
    carryOut: async (unit) => {
      const hidden = unit.filter(({ target }) => stateOf(target.key) === 'hidden');
      const blobs = hidden.map(({ target }) => pending.get(target.key as Digest) as PendingBlob);
      const answers = await restoreNoted(store, blobs);
      const outcomes = new Map(
        hidden.map((action, index): [typeof action, Outcome] => {
          // `changed`: it was uploaded again, which is as good.
          return [action, { result: answers[index] === 'absent' ? 'already-gone' : 'done' }];
        }),
      );
      return unit.map((action) => outcomes.get(action) ?? { result: 'done' });
    },
  };
}
