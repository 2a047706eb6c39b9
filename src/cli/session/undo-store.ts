import type { UndoReport } from '../../flows/undo-run.ts';
import { undoStoreRun } from '../../flows/undo-store-run.ts';
import type { PlanScope } from '../../plan/plan.ts';
import { startProgress } from '../progress.ts';
import type { Session } from './session.ts';
import { openStoreOfScope } from './store-of-plan.ts';

/** Brings back what a run took from a storage. */
export async function undoOnStore(session: Session, runId: string, scope: PlanScope): Promise<UndoReport> {
  const { terminal, journal } = session;
  const store = await openStoreOfScope(session.loaded, scope, `undoing ${runId}`, terminal);
  const progress = startProgress(terminal, 'restoring');
  let count = 0;
  try {
    return await undoStoreRun({
      ...{ runId, by: session.by, journal, store },
      leases: await session.leases(),
      concurrency: session.settings.apply.concurrency,
      nowMs: terminal.nowMs,
      signal: terminal.signal,
      onProgress: () => {
        count += 1;
        progress.update(count, 'things looked at');
      },
    });
  } finally {
    progress.stop();
    await store.close();
  }
}
