import { storeDiskUse } from '../../flows/store-disk-use.ts';
import { renderDiskUse } from '../../report/disk-use.ts';
import { type ExitCode, exitCodes } from '../../report/exit-code.ts';
import type { OutputFlags } from '../options/output.ts';
import { startProgress } from '../progress.ts';
import { surveyOptionsOf } from '../session/run-store-plan.ts';
import type { Session } from '../session/session.ts';
import { openStoreOf } from '../session/store-session.ts';

interface DuStoreFlags extends OutputFlags {
  readonly tags?: boolean;
  readonly layers?: boolean;
}

/** Measures a registry's storage. Nothing is written. */
export async function duStore(session: Session, flags: DuStoreFlags): Promise<ExitCode> {
  const { terminal } = session;
  const store = await openStoreOf(session.loaded, terminal);
  const progress = startProgress(terminal, `reading ${store.name}`);
  try {
    const use = await storeDiskUse(
      {
        store,
        survey: surveyOptionsOf(session),
        withTags: flags.tags === true,
        withLayers: flags.layers === true,
        nowMs: terminal.nowMs,
        onProgress: (words) => progress.update(0, words),
      },
      terminal.signal,
    ).finally(() => progress.stop());
    await terminal.print(renderDiskUse(use, flags.output, terminal.paint));
    return exitCodes.done;
  } finally {
    await store.close();
  }
}
