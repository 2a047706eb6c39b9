import type { PruneImagesInput } from '../../flows/prune-images.ts';
import { undoImagesRun } from '../../flows/undo-images-run.ts';
import type { PlanHeader } from '../../plan/plan.ts';
import { type ExitCode, exitCodeOfUndo } from '../../report/exit-code.ts';
import { renderUndo } from '../../report/undo-report.ts';
import { wait } from '../../util/wait.ts';
import type { OutputFlags } from '../options/output.ts';
import type { SettingsFlags } from '../options/settings.ts';
import { startProgress } from '../progress.ts';
import { openImages, openRegistryOf, openToWrite } from '../session/images-session.ts';
import { withSession } from '../session/session.ts';
import type { Terminal } from '../terminal.ts';
import { accessOf, withClustersOf } from './apply-images.ts';

/** Brings back what a run took from OpenShift. */
export async function undoOnImages(
  terminal: Terminal,
  flags: SettingsFlags & OutputFlags,
  runId: string,
  header: PlanHeader,
): Promise<ExitCode> {
  return await withSession(terminal, await withClustersOf(terminal, flags, header), async (session) => {
    const open = await openImages(session, header.scope.images?.name);
    const api = await openToWrite(open, terminal.signal);
    const { pruneRegistry } = header.policy as PruneImagesInput['policy'];
    const registry = pruneRegistry
      ? await openRegistryOf(session, open, accessOf(flags, session), header.scope.images?.registryUrl)
      : undefined;
    const progress = startProgress(terminal, 'restoring');
    let count = 0;
    try {
      const report = await undoImagesRun({
        ...{ runId, by: session.by, journal: session.journal, leases: await session.leases(), api, wait },
        ...(registry === undefined ? {} : { registry }),
        concurrency: session.settings.pruneImages.numWorkers,
        nowMs: terminal.nowMs,
        signal: terminal.signal,
        onProgress: () => {
          count += 1;
          progress.update(count, 'things looked at');
        },
      });
      const shown = { runId, ...report };
      await terminal.print(renderUndo(shown, flags.output, terminal.paint));
      return exitCodeOfUndo(shown);
    } finally {
      progress.stop();
      await registry?.close();
    }
  });
}
