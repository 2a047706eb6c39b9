import { pendingBlobs } from '../../flows/pending-blobs.ts';
import { type ExitCode, exitCodes } from '../../report/exit-code.ts';
import { renderStoreStatus } from '../../report/store/store-status.ts';
import type { OutputFlags } from '../options/output.ts';
import type { SettingsFlags } from '../options/settings.ts';
import { readSettings } from '../session/session.ts';
import { openStoreOf } from '../session/store-session.ts';
import type { Terminal } from '../terminal.ts';

interface StatusFlags extends Omit<SettingsFlags, 'clusters'>, OutputFlags {
  /** Of the command above, which asks them. */
  readonly clusters?: boolean;
}

/** Which blobs are on their way out, and when their next step is due. */
export async function hardPruneStatus(terminal: Terminal, { clusters: _, ...flags }: StatusFlags): Promise<ExitCode> {
  const loaded = await readSettings(terminal, flags);
  const { graceMs, holdMs } = loaded.settings.hardPrune;
  const store = await openStoreOf(loaded, terminal);
  try {
    const rows = await pendingBlobs(store, { graceMs, holdMs }, terminal.signal);
    const status = { store: store.name, nowMs: terminal.nowMs(), graceMs, holdMs, rows };
    await terminal.print(renderStoreStatus(status, flags.output, terminal.paint));
    return exitCodes.done;
  } finally {
    await store.close();
  }
}
