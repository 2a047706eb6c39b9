import { runBegin } from '../../flows/run-history.ts';
import { restoreTo, undoRun } from '../../flows/undo-run.ts';
import { PlanError } from '../../plan/errors.ts';
import { type ExitCode, exitCodeOfUndo } from '../../report/exit-code.ts';
import { renderUndo } from '../../report/undo-report.ts';
import { journals } from '../../systems/journal/index.ts';
import { CodedError } from '../../util/pure/coded-error.ts';
import type { CliErrorCode } from '../errors.ts';
import type { OutputFlags } from '../options/output.ts';
import type { SettingsFlags } from '../options/settings.ts';
import { startProgress } from '../progress.ts';
import { runIdOf } from '../session/run-id.ts';
import { readSettings, withSession } from '../session/session.ts';
import { undoOnNode } from '../session/undo-node.ts';
import { undoOnStore } from '../session/undo-store.ts';
import type { Terminal } from '../terminal.ts';
import { undoOnImages } from './undo-images.ts';

interface UndoFlags extends SettingsFlags, OutputFlags {}

export async function undoOne(terminal: Terminal, flags: UndoFlags, [name = '']: readonly string[]): Promise<ExitCode> {
  const { settings } = await readSettings(terminal, flags);
  const journal = journals.file(settings.stateDir);
  const runId = await runIdOf(journal, name);
  const { begin } = await runBegin(journal, runId);
  if (begin.header.scope.store !== undefined)
    return await withSession(terminal, flags, async (session) => {
      const shown = { runId, ...(await undoOnStore(session, runId, begin.header.scope)) };
      await terminal.print(renderUndo(shown, flags.output, terminal.paint));
      return exitCodeOfUndo(shown);
    });
  if (begin.header.scope.images !== undefined) return await undoOnImages(terminal, flags, runId, begin.header);
  if (begin.header.scope.node !== undefined)
    return await withSession(terminal, flags, async (session) => {
      const shown = { runId, ...(await undoOnNode(session, runId, begin.header.scope)) };
      await terminal.print(renderUndo(shown, flags.output, terminal.paint));
      return exitCodeOfUndo(shown);
    });
  if (begin.header.scope.fleet !== undefined)
    throw new CodedError<CliErrorCode>(
      'USAGE_INVALID',
      `undoing ${runId}: it cleaned all nodes of a cluster, and what undo needs lies on each of them`,
      { hint: `on a node: winnow undo last --state-dir ${begin.header.scope.fleet.jobs.stateDir}` },
    );
  const { host, url } = begin.header.scope.registry ?? { host: '', url: '' };
  const own = settings.registry.url === undefined ? { ...flags, registry: url } : flags;

  return await withSession(terminal, own, async (session) => {
    const registry = await session.registry();
    if (registry.host !== host)
      throw new PlanError(
        'PLAN_OTHER_REGISTRY',
        `undoing ${runId} on ${registry.host}: it ran on ${host}; nothing was changed`,
      );
    const progress = startProgress(terminal, 'restoring');
    let count = 0;
    const report = await undoRun({
      runId,
      by: session.by,
      journal,
      leases: await session.leases(),
      restore: restoreTo(registry),
      concurrency: session.settings.apply.concurrency,
      nowMs: terminal.nowMs,
      signal: terminal.signal,
      onProgress: () => {
        count += 1;
        progress.update(count, 'things looked at');
      },
    }).finally(() => progress.stop());
    const shown = { runId, ...report };
    await terminal.print(renderUndo(shown, flags.output, terminal.paint));
    return exitCodeOfUndo(shown);
  });
}
