import { undoNodeRun } from '../../flows/undo-node-run.ts';
import type { UndoReport } from '../../flows/undo-run.ts';
import type { PlanScope } from '../../plan/plan.ts';
import { startProgress } from '../progress.ts';
import { openRuntimeOf } from './runtime-session.ts';
import type { Session } from './session.ts';

/** Pulls the images again that a run has removed from a node. */
export async function undoOnNode(session: Session, runId: string, { node }: PlanScope): Promise<UndoReport> {
  const { terminal, journal, by } = session;
  const runtime = await openRuntimeOf(session, node?.runtime);
  const progress = startProgress(terminal, 'pulling');
  let count = 0;
  try {
    return await undoNodeRun({
      ...{ runId, by, journal, leases: await session.leases(), runtime },
      nowMs: terminal.nowMs,
      signal: terminal.signal,
      onProgress: () => {
        count += 1;
        progress.update(count, 'things looked at');
      },
    });
  } finally {
    progress.stop();
    await runtime.close();
  }
}
