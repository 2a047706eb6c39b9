import type { PendingBlob, Store, StoreOutcome } from '../../systems/store/contract.ts';

/**
 * Moves hidden data back to its place. That its links are gone is noted first: should the run die before they are written again, the next
 * one knows of what to look for.
 */
export async function restoreNoted(store: Store, hidden: readonly PendingBlob[]): Promise<readonly StoreOutcome[]> {
  const byRun = new Map<string, PendingBlob[]>();
  for (const one of hidden) byRun.set(one.runId, [...(byRun.get(one.runId) ?? []), one]);
  for (const [runId, those] of byRun) {
    const latestMs = those.reduce((latest, { sinceMs }) => Math.max(latest, sinceMs), 0);
    await store.noteUnlinked(
      runId,
      those.map(({ digest }) => digest),
      latestMs,
    );
  }
  return await store.restore(hidden);
}
