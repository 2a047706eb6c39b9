import { openStates } from '../../systems/history/index.ts';
import { messageOf } from '../../util/pure/coded-error.ts';
import { forgetEvidence, removeRunFiles, runsWithFiles } from './run-files.ts';
import type { RunnerParts } from './runner-parts.ts';

export const RETENTION_EVERY_MS = 3_600_000;

/** Forgets what the settings say is to be forgotten: runs, events, readings, audit, evidence. A failure is told, and it is tried an hour later. */
export async function forgetOld({ history, settings, nowMs, log, stateDir }: RunnerParts): Promise<void> {
  const { keep, notifications } = settings();
  try {
    const runs = await history.forget({
      endedBeforeMs: nowMs() - keep.forMs,
      keepRuns: keep.runs,
      diskBeforeMs: nowMs() - keep.forMs,
      auditBeforeMs: nowMs() - keep.auditForMs,
    });
    await history.told?.forget(nowMs() - notifications.keepForMs);
    const files = await forgetEvidence(stateDir, nowMs() - keep.forMs);
    if (runs + files > 0) log.info('old runs were forgotten', { runs, evidence_files: files });
  } catch (error) {
    log.warn('old runs could not be forgotten', { why: messageOf(error) });
  }
}

/** Files of runs that this replica left behind when it died. */
export async function removeLeftFiles({ history, stateDir }: Pick<RunnerParts, 'history' | 'stateDir'>): Promise<void> {
  for (const id of await runsWithFiles(stateDir)) {
    const state = (await history.run(id))?.state;
    const isOpen = openStates.some((one) => one === state);
    if (!isOpen) await removeRunFiles(stateDir, id);
  }
}
