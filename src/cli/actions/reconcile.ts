import type { Planned } from '../../flows/plan-tags.ts';
import { keptTags } from '../../plan/repository-counts.ts';
import { planSummaryEvent, runSummaryEvent } from '../../report/events.ts';
import { type ExitCode, exitCodeOfPlan, exitCodeOfRun } from '../../report/exit-code.ts';
import { renderPlan } from '../../report/plan/render-plan.ts';
import { renderRun } from '../../report/run/render-run.ts';
import type { OutputFlags } from '../options/output.ts';
import type { SettingsFlags } from '../options/settings.ts';
import { writeInventoryFile } from '../session/inventory-file.ts';
import { makeReconcilePlan } from '../session/make-plan.ts';
import { rememberRegistry } from '../session/memory.ts';
import { planToRun, writePlanFile } from '../session/plan-file.ts';
import { forgetOldRuns, runPlan } from '../session/run-plan.ts';
import { type Session, withSession } from '../session/session.ts';
import { sendSummary, warnOfSinks } from '../session/summary-event.ts';
import type { Terminal } from '../terminal.ts';

interface ReconcileFlags extends SettingsFlags, OutputFlags {
  readonly confirm?: boolean;
  readonly dryRun?: boolean;
  readonly planOut?: string;
  readonly inventoryOut?: string;
  readonly showKept?: boolean;
}

export async function reconcile(terminal: Terminal, flags: ReconcileFlags): Promise<ExitCode> {
  return await withSession(terminal, flags, async (session) => {
    const beganAtMs = terminal.nowMs();
    const planned = await makeReconcilePlan(session);
    const { plan } = planned;
    if (flags.planOut !== undefined) await writePlanFile(flags.planOut, plan);
    if (flags.inventoryOut !== undefined) await writeInventoryFile(flags.inventoryOut, planned);
    if (flags.confirm === true) return await confirmed(session, planned, flags);

    await terminal.print(renderPlan(shown(planned, flags), flags.output, terminal.paint));
    await sendSummary(session, planSummaryEvent(plan.header, terminal.nowMs() - beganAtMs));
    return exitCodeOfPlan(plan.header);
  });
}

async function confirmed(session: Session, planned: Planned, flags: ReconcileFlags): Promise<ExitCode> {
  const { terminal } = session;
  const { plan } = planned;
  await warnOfSinks(session);
  const report = await runPlan(session, planToRun(plan));
  const removedTags = report.repositories.reduce((sum, { removed }) => sum + removed, 0);
  await rememberRegistry(plan.header, await session.state(), terminal.nowMs(), removedTags);
  await forgetOldRuns(session);
  await terminal.print(renderRun(report, flags.output, terminal.paint));
  await sendSummary(session, runSummaryEvent(report, plan.header));
  return exitCodeOfRun(report, plan.header);
}

function shown(planned: Planned, flags: ReconcileFlags) {
  const { plan, view, decisions, actions } = planned;
  const next = flags.planOut === undefined ? {} : { next: `winnow apply ${flags.planOut} --confirm` };
  return { ...plan, ...next, ...(flags.showKept === true ? { kept: keptTags(view, decisions, actions) } : {}) };
}
