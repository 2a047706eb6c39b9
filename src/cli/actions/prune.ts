import type { PolicyFlags } from '../../config/flags.ts';
import type { Planned } from '../../flows/plan-tags.ts';
import { keptTags } from '../../plan/repository-counts.ts';
import { type ExitCode, exitCodeOfPlan, exitCodeOfRun } from '../../report/exit-code.ts';
import { gapLines } from '../../report/gap-lines.ts';
import { renderPlan } from '../../report/plan/render-plan.ts';
import { prunePlanEvent, pruneRunEvent } from '../../report/prune-event.ts';
import { renderRun } from '../../report/run/render-run.ts';
import type { OutputFlags } from '../options/output.ts';
import type { SettingsFlags } from '../options/settings.ts';
import { writeInventoryFile } from '../session/inventory-file.ts';
import { makePrunePlan } from '../session/make-prune-plan.ts';
import { rememberRegistry } from '../session/memory.ts';
import { planToRun, writePlanFile } from '../session/plan-file.ts';
import { forgetOldRuns, runPlan } from '../session/run-plan.ts';
import { type Session, withSession } from '../session/session.ts';
import { sendSummary, warnOfSinks } from '../session/summary-event.ts';
import { writeEvidenceFile } from '../session/write-evidence.ts';
import type { Terminal } from '../terminal.ts';

/** As the command line gives them: flags of retention, and `clusters` where `--no-clusters` stands. */
export interface PruneCommandFlags extends Omit<SettingsFlags, 'clusters' | 'policy'>, PolicyFlags, OutputFlags {
  readonly clusters?: boolean;
  readonly confirm?: boolean;
  readonly dryRun?: boolean;
  readonly planOut?: string;
  readonly inventoryOut?: string;
  readonly evidenceOut?: string;
  readonly showKept?: boolean;
}

export async function prune(terminal: Terminal, flags: PruneCommandFlags): Promise<ExitCode> {
  return await withSession(terminal, pruneSettingsFlags(flags), async (session) => {
    const beganAtMs = terminal.nowMs();
    const planned = await makePrunePlan(session, { withoutClusters: flags.clusters === false });
    const { plan } = planned;
    if (flags.planOut !== undefined) await writePlanFile(flags.planOut, plan);
    if (flags.evidenceOut !== undefined) await writeEvidenceFile(flags.evidenceOut, planned);
    if (flags.inventoryOut !== undefined) await writeInventoryFile(flags.inventoryOut, planned);
    if (flags.confirm === true) return await confirmed(session, planned, flags);

    await terminal.print(renderPlan(shown(planned, flags), flags.output, terminal.paint));
    await sendSummary(session, prunePlanEvent(plan.header, terminal.nowMs() - beganAtMs));
    return exitCodeOfPlan(plan.header);
  });
}

/** Flags of retention make a policy; here they are none of a class of `reconcile`, which has the same words. */
export function pruneSettingsFlags(flags: PruneCommandFlags): SettingsFlags {
  const { repositories, keepYoungerThan, keepNewest, keepTagRevisions, keepMatching, deleteMatching, ...rest } = flags;
  const { untaggedAfter, clusters: _, ...settings } = rest;
  const retention = { keepYoungerThan, keepNewest, keepTagRevisions, keepMatching, deleteMatching, untaggedAfter };
  return { ...settings, policy: { ...retention, repositories } };
}

async function confirmed(session: Session, planned: Planned, flags: PruneCommandFlags): Promise<ExitCode> {
  const { terminal } = session;
  const { plan } = planned;
  // A run reports what it did; what it could not see is the reason why it did no more.
  for (const line of gapLines(plan.header.gaps, { all: false }, terminal.paint)) terminal.say(line);
  await warnOfSinks(session);
  const report = await runPlan(session, planToRun(plan));
  const removedTags = report.repositories.reduce((sum, { removed }) => sum + removed, 0);
  await rememberRegistry(plan.header, await session.state(), terminal.nowMs(), removedTags);
  await forgetOldRuns(session);
  await terminal.print(renderRun(report, flags.output, terminal.paint));
  await sendSummary(session, pruneRunEvent(report, plan.header));
  return exitCodeOfRun(report, plan.header);
}

function shown(planned: Planned, flags: PruneCommandFlags) {
  const { plan, view, decisions, actions } = planned;
  const next = flags.planOut === undefined ? {} : { next: `winnow apply ${flags.planOut} --confirm` };
  return { ...plan, ...next, ...(flags.showKept === true ? { kept: keptTags(view, decisions, actions) } : {}) };
}
