import { assertApplicable } from '../../flows/apply-plan.ts';
import { PlanError } from '../../plan/errors.ts';
import { type ExitCode, exitCodeOfRun } from '../../report/exit-code.ts';
import type { NodeOutcome } from '../../report/node/node-report.ts';
import { nodeGcRunEvent } from '../../report/node-gc-event.ts';
import { renderRun } from '../../report/run/render-run.ts';
import type { OutputFlags } from '../options/output.ts';
import type { SettingsFlags } from '../options/settings.ts';
import type { NodeStory } from '../session/node-fleet-tell.ts';
import type { ReadPlan } from '../session/plan-file.ts';
import { runNodePlan } from '../session/run-node-plan.ts';
import { forgetOldRuns } from '../session/run-plan.ts';
import { openRuntimeOf } from '../session/runtime-session.ts';
import { withSession } from '../session/session.ts';
import { sendSummary, warnOfSinks } from '../session/summary-event.ts';
import type { Terminal } from '../terminal.ts';
import { withClustersOf } from './apply-images.ts';

interface ApplyNodeFlags extends SettingsFlags, OutputFlags {
  readonly confirm?: boolean;
}

/** Applies a saved plan to this node. @param show - shows it, where nothing is confirmed */
export async function applyToNode(
  terminal: Terminal,
  plan: ReadPlan,
  flags: ApplyNodeFlags,
  show: () => Promise<ExitCode>,
): Promise<ExitCode> {
  if (flags.confirm === true) return (await applyHere(terminal, plan, flags)).exitCode;
  const { header } = plan;
  return await withSession(terminal, await withClustersOf(terminal, flags, header), async (session) => {
    const runtime = await openRuntimeOf(session, header.scope.node?.runtime);
    try {
      assertApplicable(header, terminal.nowMs());
      return await show();
    } finally {
      await runtime.close();
    }
  });
}

/** The same as a Job of a fleet: always confirmed, and only where the plan is of this node. @throws PLAN_OTHER_NODE */
export async function applyInJob(terminal: Terminal, plan: ReadPlan, flags: ApplyNodeFlags): Promise<NodeStory> {
  const { scope, id } = plan.header;
  if (scope.node === undefined || scope.node.name !== flags.nodeName)
    throw new PlanError(
      'PLAN_OTHER_NODE',
      `applying plan ${id} on node ${flags.nodeName}: it was made for ${scope.node?.name ?? 'no node'}; nothing was done`,
    );
  return await applyHere(terminal, plan, flags);
}

async function applyHere(terminal: Terminal, plan: ReadPlan, flags: ApplyNodeFlags): Promise<NodeStory> {
  const { header } = plan;
  return await withSession(terminal, await withClustersOf(terminal, flags, header), async (session) => {
    const runtime = await openRuntimeOf(session, header.scope.node?.runtime);
    try {
      assertApplicable(header, terminal.nowMs());
      await warnOfSinks(session);
      const outcomes: NodeOutcome[] = [];
      const report = await runNodePlan(session, runtime, plan, ({ n }, outcome) => void outcomes.push({ n, outcome }));
      await forgetOldRuns(session);
      await terminal.print(renderRun(report, flags.output, terminal.paint));
      await sendSummary(session, nodeGcRunEvent(report, header));
      return { header, report, outcomes, exitCode: exitCodeOfRun(report, header) };
    } finally {
      await runtime.close();
    }
  });
}
