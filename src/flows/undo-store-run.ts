import { restoreRemoved } from '../apply/store/restore-removed.ts';
import type { Store } from '../systems/store/contract.ts';
import { type UndoInput, type UndoReport, undoRun } from './undo-run.ts';

export interface UndoStoreInput extends Omit<UndoInput, 'restore'> {
  readonly store: Store;
}

/**
 * Brings back what a run took from a registry's storage, until it was purged: under the lease, and the lock on the storage.
 *
 * @throws LEASE_HELD, JOURNAL_NO_SUCH_RUN
 */
export async function undoStoreRun(input: UndoStoreInput): Promise<UndoReport> {
  const { store, runId, by } = input;
  const lock = await store.lock(`undo ${runId} by ${by}`, input.signal);
  try {
    const restore = restoreRemoved(store);
    return await undoRun({
      ...input,
      restore: (one, signal) => {
        lock.lost.throwIfAborted();
        return restore(one, signal);
      },
    });
  } finally {
    await lock.release();
  }
}
