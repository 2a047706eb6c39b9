import { type ExitCode, exitCodes } from '../../report/exit-code.ts';
import { type PendingRow, renderStoreStatus } from '../../report/store/store-status.ts';
import type { OutputFlags } from '../options/output.ts';
import type { SettingsFlags } from '../options/settings.ts';
import { readSettings } from '../session/session.ts';
import { openStoreOf } from '../session/store-session.ts';
import type { Terminal } from '../terminal.ts';

interface StatusFlags extends SettingsFlags, OutputFlags {}

/** Which blobs are on their way out, and when their next step is due. */
export async function hardPruneStatus(terminal: Terminal, flags: StatusFlags): Promise<ExitCode> {
  const loaded = await readSettings(terminal, flags);
  const { graceMs, holdMs } = loaded.settings.hardPrune;
  const store = await openStoreOf(loaded, terminal);
  try {
    const rows: PendingRow[] = [];
    for await (const one of store.pending(terminal.signal)) {
      const dueAtMs = one.sinceMs + (one.state === 'unlinked' ? graceMs : holdMs);
      rows.push({ ...one, dueAtMs });
    }
    rows.sort((a, b) => a.dueAtMs - b.dueAtMs || (a.digest < b.digest ? -1 : 1));
    const status = { store: store.name, nowMs: terminal.nowMs(), graceMs, holdMs, rows };
    await terminal.print(renderStoreStatus(status, flags.output, terminal.paint));
    return exitCodes.done;
  } finally {
    await store.close();
  }
}
