import { isBegun, runThatBegan } from '../apply/store/unlink-note.ts';
import type { PendingRow } from '../report/store/store-status.ts';
import type { StoreReader } from '../systems/store/contract.ts';

/** How long each state lasts, in milliseconds. */
export interface Waits {
  readonly graceMs: number;
  readonly holdMs: number;
}

/** The blobs on their way out of a storage, the next due first. Nothing is written. @throws STORE_WALK_FAILED, STORE_LEDGER_DAMAGED */
export async function pendingBlobs(
  store: Pick<StoreReader, 'pending'>,
  { graceMs, holdMs }: Waits,
  signal: AbortSignal,
): Promise<readonly PendingRow[]> {
  const rows: PendingRow[] = [];
  for await (const one of store.pending(signal)) {
    const { digest, sinceMs, sizeBytes } = one;
    const same = { digest, sinceMs, sizeBytes };
    if (isBegun(one)) rows.push({ ...same, state: 'being-unlinked', runId: runThatBegan(one), dueAtMs: sinceMs });
    else {
      const dueAtMs = sinceMs + (one.state === 'unlinked' ? graceMs : holdMs);
      rows.push({ ...same, state: one.state, runId: one.runId, dueAtMs });
    }
  }
  return rows.sort((a, b) => a.dueAtMs - b.dueAtMs || (a.digest < b.digest ? -1 : 1));
}
