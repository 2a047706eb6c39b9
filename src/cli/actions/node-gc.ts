import type { PlannedNode } from '../../flows/node-gc.ts';
import { type ExitCode, exitCodeOfPlan, exitCodeOfRun } from '../../report/exit-code.ts';
import { gapLines } from '../../report/gap-lines.ts';
import { keptOnNode } from '../../report/node/kept-on-node.ts';
import { renderPlan } from '../../report/plan/render-plan.ts';
import { renderRun } from '../../report/run/render-run.ts';
import type { Runtime } from '../../systems/runtime/contract.ts';
import type { OutputFlags } from '../options/output.ts';
import type { SettingsFlags } from '../options/settings.ts';
import { makeNodePlan } from '../session/make-node-plan.ts';
import { planToRun, writePlanFile } from '../session/plan-file.ts';
import { runNodePlan } from '../session/run-node-plan.ts';
import { forgetOldRuns } from '../session/run-plan.ts';
import { openRuntimeOf } from '../session/runtime-session.ts';
import { type Session, withSession } from '../session/session.ts';
import type { Terminal } from '../terminal.ts';

/** `--cluster` says here whose workloads are asked: its values are those of {@link SettingsFlags.clusters}. */
interface NodeGcFlags extends Omit<SettingsFlags, 'cluster'>, OutputFlags {
  readonly cluster?: readonly string[];
  readonly confirm?: boolean;
  readonly planOut?: string;
  readonly showKept?: boolean;
}

export async function nodeGc(terminal: Terminal, flags: NodeGcFlags): Promise<ExitCode> {
  const { cluster: clusters, ...rest } = flags;
  return await withSession(terminal, { ...rest, clusters }, async (session) => {
    const runtime = await openRuntimeOf(session);
    try {
      const planned = await makeNodePlan(session, runtime);
      const { plan } = planned;
      if (flags.planOut !== undefined) await writePlanFile(flags.planOut, plan);
      if (flags.confirm === true) return await confirmed(session, runtime, planned, flags);
      await terminal.print(renderPlan(shown(planned, flags), flags.output, terminal.paint));
      return exitCodeOfPlan(plan.header);
    } finally {
      await runtime.close();
    }
  });
}

async function confirmed(
  session: Session,
  runtime: Runtime,
  { plan }: PlannedNode,
  flags: NodeGcFlags,
): Promise<ExitCode> {
  const { terminal } = session;
  // A run reports what it did; what it could not see is the reason why it did no more.
  for (const line of gapLines(plan.header.gaps, { all: false }, terminal.paint)) terminal.say(line);
  const report = await runNodePlan(session, runtime, planToRun(plan));
  await forgetOldRuns(session);
  await terminal.print(renderRun(report, flags.output, terminal.paint));
  return exitCodeOfRun(report, plan.header);
}

function shown(planned: PlannedNode, flags: NodeGcFlags) {
  const next = flags.planOut === undefined ? {} : { next: `winnow apply ${flags.planOut} --confirm` };
  return { ...planned.plan, ...next, ...(flags.showKept === true ? { kept: keptOnNode(planned) } : {}) };
}
